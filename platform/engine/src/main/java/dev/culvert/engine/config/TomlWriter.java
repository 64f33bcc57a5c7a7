package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes a tree as TOML: tables as sections, lists of tables as sections too, everything else on one line. */
final class TomlWriter {

    private final Function<KeyPath, String> comment;
    private final List<String[]> lines = new ArrayList<>();

    /** Makes a writer that ends each line with a comment. */
    TomlWriter(Function<KeyPath, String> comment) {
        this.comment = comment;
    }

    String write(ObjectNode root) {
        table(root, KeyPath.ROOT, "");
        int width = lines.stream()
                .mapToInt(line -> line[1].isEmpty() ? 0 : line[0].length())
                .max()
                .orElse(0);
        return lines.stream()
                .map(line ->
                        line[1].isEmpty() ? line[0] : line[0] + " ".repeat(width - line[0].length()) + "  # " + line[1])
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private void table(ObjectNode table, KeyPath path, String header) {
        for (Map.Entry<String, JsonNode> field : table.properties()) {
            if (!isSection(field.getValue())) {
                add(KeyPath.quoted(field.getKey()) + " = " + inline(field.getValue()), path.key(field.getKey()));
            }
        }
        for (Map.Entry<String, JsonNode> field : table.properties()) {
            if (isSection(field.getValue())) {
                String name = header + (header.isEmpty() ? "" : ".") + KeyPath.quoted(field.getKey());
                section(field.getValue(), path.key(field.getKey()), name);
            }
        }
    }

    private void section(JsonNode node, KeyPath path, String name) {
        if (node instanceof ObjectNode table) {
            begin("[" + name + "]");
            table(table, path, name);
        } else {
            for (int i = 0; i < node.size(); i++) {
                begin("[[" + name + "]]");
                table((ObjectNode) node.get(i), path.index(i), name);
            }
        }
    }

    private void begin(String header) {
        if (!lines.isEmpty()) {
            lines.add(new String[] {"", ""});
        }
        lines.add(new String[] {header, ""});
    }

    private void add(String line, KeyPath path) {
        lines.add(new String[] {line, comment.apply(path)});
    }

    private static boolean isSection(JsonNode node) {
        if (node instanceof ArrayNode array) {
            for (JsonNode element : array) {
                if (!element.isObject()) {
                    return false;
                }
            }
            return !array.isEmpty();
        }
        return node.isObject();
    }

    private static String inline(JsonNode node) {
        if (node instanceof ArrayNode array) {
            List<String> elements = new ArrayList<>();
            array.forEach(element -> elements.add(inline(element)));
            return elements.stream().collect(Collectors.joining(", ", "[", "]"));
        }
        if (node instanceof ObjectNode object) {
            return object.properties().stream()
                    .map(field -> KeyPath.quoted(field.getKey()) + " = " + inline(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return node.isTextual() ? string(node.textValue()) : node.asText();
    }

    private static String string(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 0x20 || c == 0x7f) {
                quoted.append(String.format("\\u%04X", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
