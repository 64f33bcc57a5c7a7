package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code framing.txt} and {@code answers.txt}; their heads say how they are written. */
final class Vectors {

    private static final Pattern REPEATED = Pattern.compile("\\{(\\d+)\\*([^}]*)}");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(r|n|t|\\\\|x[0-9a-f]{2})");

    private Vectors() {}

    /**
     * One of them.
     *
     * @param name what failures call it
     * @param words what is expected, and what else its first line says
     * @param text its bytes, with escapes
     */
    record Vector(String name, List<String> words, String text) {

        String expectation() {
            return words.get(0).split(" ", 2)[0];
        }

        /** What follows the expectation. */
        List<String> targets() {
            String[] parts = words.get(0).strip().split(" ");
            return Arrays.asList(parts).subList(1, parts.length);
        }

        /** Its bytes, with the names that it leaves open. */
        byte[] bytes(String host, String path) {
            String named = text.replace("UPPERHOST", host.toUpperCase(Locale.ROOT))
                    .replace("HOST", host)
                    .replace("PATH", path);
            return unescaped(repeated(named)).getBytes(ISO_8859_1);
        }
    }

    static List<Vector> of(String resource) throws IOException {
        String all;
        try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream(resource), resource)) {
            all = new String(in.readAllBytes(), UTF_8);
        }
        List<Vector> vectors = new ArrayList<>();
        for (String block : all.split("\n\n== ")) {
            int end = block.indexOf('\n');
            if (block.startsWith("#")) {
                continue;
            }
            String[] head = block.substring(0, end < 0 ? block.length() : end).split(" \\| ");
            String text = end < 0 ? "" : block.substring(end + 1).replaceAll("\n$", "");
            vectors.add(new Vector(head[0], Arrays.asList(head).subList(1, head.length), text.replace("\\\n", "")));
        }
        return vectors;
    }

    private static String repeated(String text) {
        Matcher matcher = REPEATED.matcher(text);
        StringBuilder out = new StringBuilder();
        while (matcher.find()) {
            StringBuilder many = new StringBuilder();
            for (int i = 0; i < Integer.parseInt(matcher.group(1)); i++) {
                many.append(matcher.group(2).replace("#", Integer.toString(i)));
            }
            matcher.appendReplacement(out, Matcher.quoteReplacement(many.toString()));
        }
        return matcher.appendTail(out).toString();
    }

    private static String unescaped(String text) {
        return ESCAPE.matcher(text).replaceAll(escape -> {
            String what = escape.group(1);
            return Matcher.quoteReplacement(
                    switch (what) {
                        case "r" -> "\r";
                        case "n" -> "\n";
                        case "t" -> "\t";
                        case "\\" -> "\\";
                        default -> Character.toString((char) Integer.parseInt(what.substring(1), 16));
                    });
        });
    }
}
