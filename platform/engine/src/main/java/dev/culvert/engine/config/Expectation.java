package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.Secret;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Says what a type is, and what a value is, in words for people who write files. */
final class Expectation {

    private Expectation() {}

    static String of(JavaType type, ObjectMapper mapper) {
        Class<?> raw = type.getRawClass();
        if (raw.isEnum()) {
            return Arrays.stream(raw.getEnumConstants())
                    .map(constant -> mapper.valueToTree(constant).toString())
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return "true or false";
        }
        if (raw == int.class || raw == Integer.class || raw == long.class || raw == Long.class) {
            return "a whole number";
        }
        if (raw.isPrimitive() || Number.class.isAssignableFrom(raw)) {
            return "a number";
        }
        if (raw == Path.class) {
            return "a path";
        }
        if (raw == Instant.class) {
            return "a time, 2027-01-01T00:00:00Z";
        }
        return CharSequence.class.isAssignableFrom(raw) ? "a string" : "a value of " + raw.getSimpleName();
    }

    /** A value as a message may show it. */
    static String show(JsonNode value, JavaType type, KeyPath path) {
        if (type.hasRawClass(Secret.class) || Secrecy.isSecret(path)) {
            return Secrecy.MASK;
        }
        return value.isObject() ? "a table" : value.isArray() ? "a list" : value.toString();
    }
}
