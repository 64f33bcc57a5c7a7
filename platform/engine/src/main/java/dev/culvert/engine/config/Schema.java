package dev.culvert.engine.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.node.TreeTraversingParser;
import dev.culvert.spi.Flattened;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the mapper would accept for a type: asked of its own deserializers, so that the two cannot disagree. */
final class Schema {

    private final ObjectMapper mapper;
    private final DeserializationConfig config;

    Schema(ObjectMapper mapper) {
        this.mapper = mapper;
        this.config = mapper.getDeserializationConfig();
    }

    JavaType type(Class<?> type) {
        return mapper.constructType(type);
    }

    /** The form of a property's value. */
    Form form(SettableBeanProperty property) {
        return form(property.getType(), property.getValueTypeDeserializer(), property.getValueDeserializer());
    }

    /** The form of a type that stands alone or in a list. */
    Form form(JavaType type) {
        return form(type, null, null);
    }

    /** The form of what a choice has chosen; null for a name that nobody has. */
    @Nullable
    Form chosen(Form.Choice choice, @Nullable String name) {
        try {
            JavaType type;
            if (name != null) {
                type = choice.types().getTypeIdResolver().typeFromId(context(null), name);
            } else {
                Class<?> byDefault = choice.types().getDefaultImpl();
                type = byDefault == null ? null : mapper.constructType(byDefault);
            }
            return type == null ? null : plain(type, deserializer(type));
        } catch (IOException e) {
            return null;
        }
    }

    /** The names that a choice has, with their classes. */
    SortedMap<String, Class<?>> names(Form.Choice choice) {
        SortedMap<String, Class<?>> names = new TreeMap<>();
        mapper.getSubtypeResolver()
                .collectAndResolveSubtypesByTypeId(
                        config, config.introspectClassAnnotations(choice.base()).getClassInfo())
                .forEach(subtype -> {
                    if (subtype.getName() != null) {
                        names.put(subtype.getName(), subtype.getType());
                    }
                });
        return names;
    }

    /** Makes the object. */
    Object read(JsonDeserializer<?> deserializer, JsonNode node) throws IOException {
        try (JsonParser parser = new TreeTraversingParser(node, mapper)) {
            parser.nextToken();
            return deserializer.deserialize(parser, context(parser));
        }
    }

    private Form form(JavaType type, @Nullable TypeDeserializer types, @Nullable JsonDeserializer<?> known) {
        if (type.isReferenceType()) {
            return form(type.getContentType(), null, null);
        }
        if (type.isJavaLangObject() || type.isTypeOrSubTypeOf(JsonNode.class)) {
            return new Form.Any();
        }
        boolean bytes = type.isArrayType() && type.getContentType().hasRawClass(byte.class);
        if (type.isCollectionLikeType() || (type.isArrayType() && !bytes)) {
            return new Form.ListOf(type.getContentType());
        }
        if (type.isMapLikeType()) {
            return new Form.MapOf(type.getContentType());
        }
        try {
            TypeDeserializer choice = types != null ? types : config.findTypeDeserializer(type);
            return choice != null
                    ? new Form.Choice(type, choice)
                    : plain(type, known != null ? known : deserializer(type));
        } catch (JsonMappingException e) {
            throw new IllegalStateException(type + " cannot be configured", e);
        }
    }

    private Form plain(JavaType type, JsonDeserializer<?> deserializer) {
        if (deserializer instanceof BeanDeserializerBase bean && !isDelegating(bean)) {
            return table(type, bean);
        }
        return new Form.Scalar(type, deserializer);
    }

    private Form.Table table(JavaType type, BeanDeserializerBase bean) {
        Map<String, SettableBeanProperty> properties = new LinkedHashMap<>();
        SettableBeanProperty flattened = null;
        Iterator<SettableBeanProperty> all = bean.properties();
        while (all.hasNext()) {
            SettableBeanProperty property = all.next();
            if (property.getAnnotation(Flattened.class) != null) {
                flattened = property;
            } else {
                properties.put(property.getName(), property);
            }
        }
        BeanDescription description = config.introspect(type);
        boolean open = description.findAnySetterAccessor() != null;
        return new Form.Table(properties, flattened, open, bean);
    }

    // HostPort, Secret and their like: one creator reads whatever stands there.
    private static boolean isDelegating(BeanDeserializerBase bean) {
        ValueInstantiator instantiator = bean.getValueInstantiator();
        return instantiator.canCreateUsingDelegate() || instantiator.canCreateUsingArrayDelegate();
    }

    private JsonDeserializer<?> deserializer(JavaType type) throws JsonMappingException {
        return context(null).findContextualValueDeserializer(type, null);
    }

    private DeserializationContext context(@Nullable JsonParser parser) {
        DefaultDeserializationContext blueprint = (DefaultDeserializationContext) mapper.getDeserializationContext();
        return parser == null
                ? blueprint.createDummyInstance(config)
                : blueprint.createInstance(config, parser, mapper.getInjectableValues());
    }
}
