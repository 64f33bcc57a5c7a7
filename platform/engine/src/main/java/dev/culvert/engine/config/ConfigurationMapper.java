package dev.culvert.engine.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** The mapper of configurations: snake_case keys, nothing ignored, nothing guessed. */
public final class ConfigurationMapper {

    private ConfigurationMapper() {}

    /** A new one. */
    public static ObjectMapper create() {
        return configure(new ObjectMapper());
    }

    /**
     * Teaches a mapper these rules.
     *
     * @param base a mapper with modules of its own; a copy is changed
     */
    @SuppressWarnings("deprecation") // a mapper that exists already has no builder
    public static ObjectMapper configure(ObjectMapper base) {
        ObjectMapper mapper = base.copy();
        mapper.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        // Dropwizard names some of its properties in annotations, in camelCase.
        mapper.configure(MapperFeature.ALLOW_EXPLICIT_PROPERTY_RENAMING, true);
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
        mapper.enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS);
        mapper.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        mapper.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
        mapper.setSerializationInclusion(JsonInclude.Include.NON_NULL);
        refuseGuesses(mapper);
        return mapper.registerModule(textValues());
    }

    private static SimpleModule textValues() {
        SimpleModule module = new SimpleModule("culvert-configuration");
        new TextValue<>(Duration.class, Durations::parse, Durations::format).addTo(module);
        new TextValue<>(Path.class, Path::of, Path::toString).addTo(module); // Jackson's own reads "c:x" as a URI
        new TextValue<>(Instant.class, text -> OffsetDateTime.parse(text).toInstant(), Instant::toString).addTo(module);
        return module;
    }

    private static void refuseGuesses(ObjectMapper mapper) {
        for (CoercionInputShape shape : new CoercionInputShape[] {
            CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean
        }) {
            mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
        }
        mapper.coercionConfigFor(LogicalType.Boolean).setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
        for (LogicalType type :
                new LogicalType[] {LogicalType.Integer, LogicalType.Float, LogicalType.Boolean, LogicalType.Enum}) {
            mapper.coercionConfigFor(type)
                    .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                    .setAcceptBlankAsEmpty(true);
        }
    }
}
