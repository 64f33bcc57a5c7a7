package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.hibernate.validator.spi.nodenameprovider.JavaBeanProperty;
import org.hibernate.validator.spi.nodenameprovider.Property;
import org.hibernate.validator.spi.nodenameprovider.PropertyNodeNameProvider;

/** Makes violations speak of the keys of the file rather than of the components of a record. */
final class KeyNames implements PropertyNodeNameProvider {

    private final ObjectMapper mapper;
    // Asked for every property of every class, and each answer takes a look at the whole class.
    private final Map<Class<?>, Map<String, String>> keys = new ConcurrentHashMap<>();

    KeyNames(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public String getName(Property property) {
        return property instanceof JavaBeanProperty bean
                ? keys.computeIfAbsent(bean.getDeclaringClass(), this::keysOf)
                        .getOrDefault(bean.getName(), bean.getName())
                : property.getName();
    }

    private Map<String, String> keysOf(Class<?> type) {
        return mapper.getSerializationConfig().introspect(mapper.constructType(type)).findProperties().stream()
                .collect(Collectors.toMap(
                        BeanPropertyDefinition::getInternalName,
                        BeanPropertyDefinition::getName,
                        (first, other) -> first));
    }
}
