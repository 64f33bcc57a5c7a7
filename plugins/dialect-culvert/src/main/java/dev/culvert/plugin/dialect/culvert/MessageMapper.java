package dev.culvert.plugin.dialect.culvert;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages as JSON. A mapper of its own: what configuration files may contain is another matter. */
final class MessageMapper {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxDocumentLength(Limits.MESSAGE)
                            .maxStringLength(Limits.MESSAGE)
                            .maxNameLength(256)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectReader READER = MAPPER.readerFor(Message.class);
    private static final ObjectWriter WRITER = MAPPER.writerFor(Message.class);

    private MessageMapper() {}

    /** Reads one message; {@link Message.Unknown} is one whose type this build does not know. */
    static Message read(byte[] json) {
        try {
            Message message = READER.readValue(json);
            if (message == null || message instanceof Message.Unknown unknown && unknown.type() == null) {
                throw malformed("no \"type\"", null);
            }
            return message;
        } catch (JsonProcessingException e) {
            throw malformed(Text.printable(e.getOriginalMessage(), 200), e);
        } catch (IOException e) {
            throw malformed(String.valueOf(e), e);
        }
    }

    static byte[] write(Message message) {
        return bytes(WRITER, message);
    }

    /**
     * How long a tunnel's parameters are as JSON.
     *
     * @throws CulvertException if they have none
     */
    static int lengthOf(Map<String, Object> parameters) {
        return bytes(MAPPER.writer(), parameters).length;
    }

    private static byte[] bytes(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            // All other text is checked or cleaned before: only parameters can contain what JSON does not.
            throw new CulvertException(
                    TunnelError.INVALID_PARAMETERS,
                    "parameters: " + Text.printable(e.getOriginalMessage(), 200) + " (expected: JSON values).",
                    e);
        }
    }

    private static CulvertException malformed(String what, @Nullable Throwable cause) {
        return new CulvertException(
                WireError.PROTOCOL_VIOLATION, "a control message is malformed: " + what + ".", cause);
    }
}
