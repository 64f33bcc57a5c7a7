package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a type looks like in a file. */
sealed interface Form {

    /** A list of elements. */
    record ListOf(JavaType element) implements Form {}

    /** A table whose keys are free. */
    record MapOf(JavaType value) implements Form {}

    /** A table whose {@code type} says which keys it has. */
    record Choice(JavaType base, TypeDeserializer types) implements Form {}

    /**
     * A table with these keys.
     *
     * @param properties its keys
     * @param flattened the one whose keys stand in the same table
     * @param open whether other keys are allowed
     * @param deserializer what makes the object
     */
    record Table(
            Map<String, SettableBeanProperty> properties,
            @Nullable SettableBeanProperty flattened,
            boolean open,
            BeanDeserializerBase deserializer)
            implements Form {

        /** Whether a single value may stand for the table, {@code "30s"} for a duration of Dropwizard's. */
        boolean isAlsoScalar() {
            ValueInstantiator instantiator = deserializer.getValueInstantiator();
            return instantiator.canCreateFromString() || instantiator.canCreateFromInt();
        }
    }

    /** Whatever its deserializer reads. */
    record Scalar(JavaType type, JsonDeserializer<?> deserializer) implements Form {}

    /** Anything: it is kept as it is. */
    record Any() implements Form {}
}
