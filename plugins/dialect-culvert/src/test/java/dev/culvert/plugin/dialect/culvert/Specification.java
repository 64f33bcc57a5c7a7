package dev.culvert.plugin.dialect.culvert;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The examples of {@code docs/protocol.md}. */
final class Specification {

    private static final Path FILE = Path.of("../../docs/protocol.md");
    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w+) ?(.*)\\R((?:(?!```).*\\R)*)```$", Pattern.MULTILINE);

    private Specification() {}

    /**
     * An example.
     *
     * @param title what stands behind the kind
     * @param body its lines
     */
    record Example(String title, String body) {

        @Override
        public String toString() {
            return title.isEmpty() ? body.strip() : title;
        }
    }

    /** The fenced blocks of a kind. */
    static List<Example> examples(String kind) {
        return matches().stream()
                .filter(match -> match.group(1).equals(kind))
                .map(match -> new Example(match.group(2), match.group(3)))
                .toList();
    }

    static String text() {
        try {
            return Files.readString(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<MatchResult> matches() {
        Matcher matcher = BLOCK.matcher(text());
        return matcher.results().toList();
    }
}
