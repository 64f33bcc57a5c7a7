package dev.culvert.engine.wire;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.engine.config.ConfigurationMapper;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A tunnel's parameters between the record that a protocol knows and the JSON values that a dialect carries. They may
 * hold sections of other plugins.
 */
public final class Parameters {

    private static final ObjectMapper WRITER = ConfigurationMapper.create().registerModule(SectionsOnTheWire.writing());

    private final ObjectMapper reader;

    /**
     * Makes a reader.
     *
     * @param plugins whose sections parameters may hold
     */
    public Parameters(Plugins plugins) {
        reader = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .addModule(SectionsOnTheWire.reading(plugins))
                .build();
    }

    /**
     * Writes a record; absent values are left out.
     *
     * @param parameters what a tunnel's client half says
     * @throws CulvertException {@link TunnelError#INVALID_PARAMETERS} if a section in them holds a secret or a path
     */
    public static Map<String, Object> write(Object parameters) {
        try {
            return WRITER.convertValue(parameters, new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (IllegalArgumentException e) {
            throw failure(e);
        }
    }

    /**
     * Reads and validates a record.
     *
     * @param values what a dialect carried
     * @param type what the server's half wants
     * @throws CulvertException {@link TunnelError#INVALID_PARAMETERS}, naming the value
     */
    public <P> P read(Map<String, Object> values, Class<P> type) {
        P parameters;
        try {
            parameters = reader.convertValue(values, type);
        } catch (IllegalArgumentException e) {
            throw failure(e);
        }
        return validated(parameters);
    }

    /**
     * Validates a record that did not travel.
     *
     * @param parameters what a tunnel of the server's own file says
     * @throws CulvertException {@link TunnelError#INVALID_PARAMETERS}, naming the value
     */
    public static <P> P validated(P parameters) {
        Set<ConstraintViolation<P>> violations = Validation.VALIDATOR.validate(parameters);
        if (!violations.isEmpty()) {
            String all = violations.stream()
                    .map(violation -> violation.getPropertyPath() + ": " + violation.getInvalidValue() + " (expected: "
                            + violation.getMessage() + ")")
                    .sorted(Comparator.naturalOrder())
                    .reduce((a, b) -> a + "; " + b)
                    .orElseThrow();
            throw new CulvertException(TunnelError.INVALID_PARAMETERS, "tunnel parameters: " + all + ".");
        }
        return parameters;
    }

    private static CulvertException failure(IllegalArgumentException e) {
        String detail = firstLine(String.valueOf(e.getMessage()));
        String path = "";
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof JsonMappingException mapping) {
                path += dotted(mapping);
            } else if (at instanceof CulvertException culvert) {
                return new CulvertException(culvert.code(), "tunnel parameters: " + path + culvert.detail(), e);
            }
        }
        return new CulvertException(TunnelError.INVALID_PARAMETERS, "tunnel parameters: " + detail + ".", e);
    }

    // "filters[0]: ", so that a person finds the place.
    private static String dotted(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.isEmpty() ? "" : path + ": ";
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Made when first needed: a client never needs it, and it is slow to make. */
    private static final class Validation {

        static final Validator VALIDATOR =
                jakarta.validation.Validation.buildDefaultValidatorFactory().getValidator();

        private Validation() {}
    }
}
