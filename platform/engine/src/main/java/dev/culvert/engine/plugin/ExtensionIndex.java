package dev.culvert.engine.plugin;

import java.util.List;

/** {@code META-INF/extensions.idx}, as PF4J's annotation processor writes it: a class name per line, {@code #} begins a comment. */
final class ExtensionIndex {

    private ExtensionIndex() {}

    static List<String> parse(String text) {
        return text.lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .distinct()
                .toList();
    }
}
