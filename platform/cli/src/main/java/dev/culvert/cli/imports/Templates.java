package dev.culvert.cli.imports;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Variables of the environment in texts: {@code {{ .Envs.NAME }}} as frp writes them, <code>${NAME}</code> as Culvert does.
 * Between reading and writing they are marked by characters that no file has, so that a dollar sign stays one.
 */
final class Templates {

    private static final char BEGIN = '\uE000';
    private static final char END = '\uE001';
    private static final String REFERENCE = "\\{\\{-?\\s*\\.Envs\\.([A-Za-z_][A-Za-z0-9_]*)\\s*-?}}";
    private static final Pattern BARE = Pattern.compile("(?m)(=\\s*)" + REFERENCE + "\\s*$");
    private static final Pattern ANYWHERE = Pattern.compile(REFERENCE);

    private Templates() {}

    /** Marks the variables of a file, and quotes those that stand for a number. */
    static String mark(String text) {
        String quoted = BARE.matcher(text).replaceAll("$1\"" + BEGIN + "$2" + END + "\"");
        return ANYWHERE.matcher(quoted).replaceAll(Matcher.quoteReplacement(String.valueOf(BEGIN)) + "$1" + END);
    }

    /** A text as a string of a Culvert file, with its quotes. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.replace("${", "$${").codePoints().forEach(c -> {
            if (c == BEGIN) {
                quoted.append("${");
            } else if (c == END) {
                quoted.append('}');
            } else if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 0x20 || c == 0x7f) {
                quoted.append(String.format("\\u%04X", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    /** Texts by their names as a table in one line: <code>{"X-Env" = "test"}</code>. */
    static String table(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> quote(field.getKey()) + " = " + quote(field.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** A number as it is, or the variable that stands for one. */
    static String number(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9') && !text.isEmpty() ? text : quote(text);
    }
}
