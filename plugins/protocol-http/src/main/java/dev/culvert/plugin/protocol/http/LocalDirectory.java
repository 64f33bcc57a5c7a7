package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A directory whose files the client serves itself: {@code file:/srv/site} or {@code file:///srv/site}.
 *
 * @param path of it; absolute
 */
public record LocalDirectory(Path path) implements HttpTarget {

    private static final String SCHEME = "file:";

    /** Checks that the path does not depend on where the client was started. */
    public LocalDirectory {
        if (!path.isAbsolute()) {
            throw malformed(SCHEME + path);
        }
    }

    static boolean isDirectory(String text) {
        return text.startsWith(SCHEME);
    }

    static LocalDirectory parse(String text) {
        String rest = text.substring(SCHEME.length());
        try {
            return new LocalDirectory(Path.of(rest.startsWith("//") ? rest.substring(2) : rest));
        } catch (InvalidPathException e) {
            throw malformed(text);
        }
    }

    /** Fails unless it is there and this user may look into it. */
    void check() {
        if (!Files.isDirectory(path) || !Files.isReadable(path) || !Files.isExecutable(path)) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "local: \"" + this + "\" (expected: a directory that the client's user can read).");
        }
    }

    @JsonValue
    @Override
    public String toString() {
        return SCHEME + path;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("local: \"" + text + "\" (expected: file: and an absolute path)");
    }
}
