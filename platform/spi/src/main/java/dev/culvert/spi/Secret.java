package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;

/**
 * A value that is never printed.
 *
 * <p>In a file it is a string, {@code "${NAME}"} for one from the environment, or {@code {file = "path"}} for the first
 * line of a file. {@link #toString()} and JSON show {@code ****}. Two secrets compare in constant time.
 */
public final class Secret {

    private static final String MASK = "****";

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /**
     * Wraps a value.
     *
     * @param value the secret itself
     */
    public static Secret of(String value) {
        return new Secret(value);
    }

    /**
     * Reads a secret as a configuration has it: a string, or a table with the key {@code file}.
     *
     * @param value a {@link String} or a {@link Map}
     * @throws IllegalArgumentException if it is neither, or the file cannot be read or is empty
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Secret fromConfiguration(Object value) {
        if (value instanceof String text) {
            return of(text);
        }
        if (value instanceof Map<?, ?> table && table.size() == 1 && table.get("file") instanceof String file) {
            return fromFile(Path.of(file));
        }
        throw new IllegalArgumentException("expected: a string, or {file = \"path\"}");
    }

    /**
     * Reads the first line of a file.
     *
     * @param file where the secret is
     * @throws IllegalArgumentException if the file cannot be read or its first line is empty
     */
    public static Secret fromFile(Path file) {
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            String first = lines.findFirst().map(String::strip).orElse("");
            if (first.isEmpty()) {
                throw new IllegalArgumentException(file + ": empty (expected: the secret in its first line)");
            }
            return of(first);
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException(file + ": cannot be read (expected: a file with the secret)", e);
        }
    }

    /** The secret itself. Whoever calls this must not print, log or keep it. */
    public String reveal() {
        return value;
    }

    /** The secret's UTF-8 bytes, a new array that the caller may clear. */
    public byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && MessageDigest.isEqual(bytes(), secret.bytes());
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** What JSON and people see. */
    @JsonValue
    @Override
    public String toString() {
        return MASK;
    }
}
