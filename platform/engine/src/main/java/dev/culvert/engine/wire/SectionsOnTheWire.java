package dev.culvert.engine.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.culvert.engine.config.ConfigurationMapper;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Secret;
import dev.culvert.spi.TunnelError;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.pf4j.ExtensionPoint;

/**
 * Sections of plugins inside a tunnel's parameters: written as in a file, and read as strictly, since a key that is not
 * known may be the one that mattered. No secret and no path travels: the one would arrive as its mask, the other would be
 * another machine's.
 */
final class SectionsOnTheWire {

    private SectionsOnTheWire() {}

    /** Teaches the writing of sections. */
    static SimpleModule writing() {
        SimpleModule module = new SimpleModule("culvert-sections-written");
        module.addSerializer(Secret.class, new Withheld<>("a secret"));
        module.addSerializer(Path.class, new Withheld<>("a path of this machine"));
        return module;
    }

    /**
     * Teaches the reading of sections.
     *
     * @param plugins whose
     */
    static SimpleModule reading(Plugins plugins) {
        ObjectMapper strict = ConfigurationMapper.create();
        plugins.registerWith(strict);
        SimpleModule refusals = new SimpleModule("culvert-sections-refused");
        refusals.addDeserializer(Secret.class, new Refused<>("a secret"));
        refusals.addDeserializer(Path.class, new Refused<>("a path"));
        strict.registerModule(refusals);

        SimpleModule module = new SimpleModule("culvert-sections-read");
        module.setDeserializers(new Sections(strict));
        return module;
    }

    /** Every kind of plugin is read by another mapper. */
    private static final class Sections extends SimpleDeserializers {

        private static final long serialVersionUID = 1L;

        private final transient ObjectMapper strict;

        Sections(ObjectMapper strict) {
            this.strict = strict;
        }

        @Override
        public @Nullable JsonDeserializer<?> findBeanDeserializer(
                JavaType type, DeserializationConfig config, BeanDescription description) {
            Class<?> raw = type.getRawClass();
            return raw.isInterface() && ExtensionPoint.class.isAssignableFrom(raw) ? new Section<>(raw, strict) : null;
        }
    }

    /** A section, which its {@code type} chooses. */
    private static final class Section<T> extends JsonDeserializer<T> {

        private final Class<T> kind;
        private final ObjectMapper strict;

        Section(Class<T> kind, ObjectMapper strict) {
            this.kind = kind;
            this.strict = strict;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            JsonNode section = context.readTree(parser);
            try {
                return strict.treeToValue(section, kind);
            } catch (InvalidTypeIdException e) {
                throw new CulvertException(
                        TunnelError.INVALID_PARAMETERS,
                        "type: \"" + e.getTypeId() + "\" is of no plugin of this server.",
                        e);
            }
        }

        @Override
        public Object deserializeWithType(JsonParser parser, DeserializationContext context, TypeDeserializer types)
                throws IOException {
            return deserialize(parser, context);
        }
    }

    private static final class Refused<T> extends JsonDeserializer<T> {

        private final String what;

        Refused(String what) {
            this.what = what;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            throw new CulvertException(
                    TunnelError.INVALID_PARAMETERS,
                    parser.currentName() + ": " + what + " (expected: none in a tunnel's parameters).");
        }
    }

    private static final class Withheld<T> extends JsonSerializer<T> {

        private final String what;

        Withheld(String what) {
            this.what = what;
        }

        @Override
        public void serialize(T value, JsonGenerator out, SerializerProvider provider) {
            Object key = out.getOutputContext().getCurrentName();
            throw new CulvertException(
                    TunnelError.INVALID_PARAMETERS,
                    key + ": " + what + " (expected: none, since this part of the tunnel goes to the server).");
        }
    }
}
