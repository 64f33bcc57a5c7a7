package dev.culvert.engine.config;

import static dev.culvert.spi.ConfigError.INVALID_VALUE;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.Secret;
import io.dropwizard.validation.BaseValidator;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Bean Validation, with its violations told as the other problems are. */
final class Violations {

    private final Validator validator;

    Violations(ObjectMapper mapper) {
        validator = BaseValidator.newConfiguration()
                .propertyNodeNameProvider(new KeyNames(mapper))
                .defaultLocale(Locale.ENGLISH)
                .localeResolver(context -> Locale.ENGLISH)
                .buildValidatorFactory()
                .getValidator();
    }

    void check(Object value, Findings findings) {
        List<ConstraintViolation<Object>> violations = validator.validate(value).stream()
                .sorted(Comparator.comparing(violation -> violation.getPropertyPath() + violation.getMessage()))
                .toList();
        for (ConstraintViolation<Object> violation : violations) {
            KeyPath bound = bound(violation.getPropertyPath());
            if (!findings.isDropped(bound)) {
                findings.add(INVALID_VALUE, findings.written(bound), message(violation, Secrecy.isSecret(bound)));
            }
        }
    }

    private static String message(ConstraintViolation<?> violation, boolean secret) {
        Object value = violation.getInvalidValue();
        String expected = violation
                .getMessage()
                .replaceFirst("^expected: ", "")
                .replaceFirst("between (\\d+) and 2147483647", "at least $1");
        if (value == null) {
            return "required" + (expected.equals("must not be null") ? "" : " (" + expected + ")");
        }
        return (secret ? Secrecy.MASK : show(value)) + " (" + (expected.startsWith("must ") ? "" : "expected: ")
                + expected + ")";
    }

    private static String show(Object value) {
        if (value instanceof CharSequence text) {
            return "\"" + text + "\"";
        }
        if (value instanceof Secret || value instanceof Number || value instanceof Boolean || value instanceof Enum) {
            return value.toString();
        }
        return value instanceof Collection
                        || value instanceof Map
                        || value.getClass().isRecord()
                ? "this"
                : value.toString();
    }

    private static KeyPath bound(Path path) {
        KeyPath bound = KeyPath.ROOT;
        for (Path.Node node : path) {
            if (node.getIndex() != null) {
                bound = bound.index(node.getIndex());
            } else if (node.getKey() != null) {
                bound = bound.key(String.valueOf(node.getKey()));
            }
            if (node.getKind() == ElementKind.PROPERTY) {
                bound = bound.key(node.getName());
            }
        }
        return bound;
    }
}
