package dev.culvert.plugin.dialect.culvert;

/** Makes text of the other end fit for logs and terminals. */
final class Text {

    private Text() {}

    /** At most so many characters, without control characters, line breaks of any kind and halves of characters. */
    static String printable(String text, int most) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), most));
        text.codePoints()
                .map(c -> isPrintable(c) ? c : '?')
                .takeWhile(c -> shown.length() + Character.charCount(c) <= most)
                .forEachOrdered(shown::appendCodePoint);
        return shown.toString();
    }

    /** At most so many of the characters {@code A-Z a-z 0-9 . _ : -}; any other becomes {@code _}. */
    static String id(String text, int most) {
        StringBuilder id = new StringBuilder(Math.min(text.length(), most));
        for (int i = 0; i < text.length() && id.length() < most; i++) {
            char c = text.charAt(i);
            id.append(isIdCharacter(c) ? c : '_');
        }
        return id.toString();
    }

    static boolean isPrintable(String text) {
        return text.codePoints().allMatch(Text::isPrintable);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static boolean isIdCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._:-".indexOf(c) >= 0;
    }
}
