package dev.culvert.engine.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import org.hibernate.validator.spi.nodenameprovider.JavaBeanProperty;
import org.hibernate.validator.spi.nodenameprovider.Property;
import org.hibernate.validator.spi.nodenameprovider.PropertyNodeNameProvider;

/** Makes violations speak of the keys of the file rather than of the components of a record. */
final class KeyNames implements PropertyNodeNameProvider {

    private final ObjectMapper mapper;

    KeyNames(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public String getName(Property property) {
        if (property instanceof JavaBeanProperty bean) {
            return mapper
                    .getSerializationConfig()
                    .introspect(mapper.constructType(bean.getDeclaringClass()))
                    .findProperties()
                    .stream()
                    .filter(definition -> definition.getInternalName().equals(bean.getName()))
                    .map(BeanPropertyDefinition::getName)
                    .findFirst()
                    .orElse(bean.getName());
        }
        return property.getName();
    }
}
