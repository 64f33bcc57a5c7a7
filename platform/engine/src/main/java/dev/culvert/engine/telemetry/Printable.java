package dev.culvert.engine.telemetry;

/** Makes what strangers sent safe to print: one line, no control characters, bounded. */
public final class Printable {

    private static final int LONGEST = 512;

    private Printable() {}

    /**
     * Escapes a text.
     *
     * @param text from anywhere
     */
    public static String of(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), LONGEST) + 8);
        text.codePoints().limit(LONGEST).forEach(c -> append(out, c));
        return text.codePointCount(0, text.length()) > LONGEST ? out + "…" : out.toString();
    }

    private static void append(StringBuilder out, int c) {
        boolean lineOrControl = Character.isISOControl(c)
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                || Character.getType(c) == Character.FORMAT;
        if (lineOrControl) {
            out.append(String.format("\\u%04x", c));
        } else if (c == '"') {
            out.append("\\\"");
        } else {
            out.appendCodePoint(c);
        }
    }
}
