package dev.culvert.engine.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.util.function.Function;

/**
 * A type of the JDK that a file has as one string.
 *
 * @param type which type
 * @param parse from the string
 * @param format to the string
 */
record TextValue<T>(Class<T> type, Function<String, T> parse, Function<T, String> format) {

    void addTo(SimpleModule module) {
        module.addDeserializer(type, new Reader<>(this));
        module.addSerializer(type, new Writer<>(this));
    }

    private static final class Reader<T> extends StdScalarDeserializer<T> {

        private static final long serialVersionUID = 1L;

        private final transient TextValue<T> value;

        Reader(TextValue<T> value) {
            super(value.type());
            this.value = value;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return value.parse().apply(parser.getText());
        }
    }

    private static final class Writer<T> extends StdScalarSerializer<T> {

        private static final long serialVersionUID = 1L;

        private final transient TextValue<T> value;

        Writer(TextValue<T> value) {
            super(value.type());
            this.value = value;
        }

        @Override
        public void serialize(T object, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.format().apply(object));
        }
    }
}
