package dev.culvert.testkit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.culvert.spi.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Sections between a client's file and a server, as the platform sends them: strict, durations as in a file, no secret and
 * no path.
 */
final class WireSections {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .addModule(module())
            .build();

    private WireSections() {}

    /**
     * A section as the other end gets it.
     *
     * @param section what a client sends
     * @param kind the interface of its kind
     */
    static <T> T carry(T section, Class<T> kind) {
        try {
            ObjectMapper mapper = MAPPER.copy();
            mapper.registerSubtypes(section.getClass());
            return mapper.readValue(mapper.writerFor(kind).writeValueAsString(section), kind);
        } catch (IOException e) {
            throw new AssertionError(section.getClass().getSimpleName() + " does not travel: " + e.getMessage(), e);
        }
    }

    private static SimpleModule module() {
        SimpleModule module = new SimpleModule("culvert-kit");
        module.addSerializer(Duration.class, new JsonSerializer<>() {
            @Override
            public void serialize(Duration value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(value.toNanos() + "ns");
            }
        });
        module.addDeserializer(Duration.class, new JsonDeserializer<>() {
            @Override
            public Duration deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                return Duration.ofNanos(Long.parseLong(parser.getText().replace("ns", "")));
            }
        });
        module.addSerializer(Secret.class, withheld("secret"));
        module.addSerializer(Path.class, withheld("path"));
        return module;
    }

    private static <T> JsonSerializer<T> withheld(String what) {
        return new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
                throw new IOException(
                        "a " + what + " in " + out.getOutputContext().getCurrentName());
            }
        };
    }
}
