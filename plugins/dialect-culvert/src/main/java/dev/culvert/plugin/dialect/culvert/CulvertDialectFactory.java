package dev.culvert.plugin.dialect.culvert;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.dialect.Dialect;
import dev.culvert.spi.dialect.DialectFactory;
import org.pf4j.Extension;

/** The native session protocol, the default. {@code dialect = "culvert"}; it has no keys. */
@Extension
@JsonTypeName("culvert")
public record CulvertDialectFactory() implements DialectFactory {

    @Override
    public Dialect build(PluginContext context) {
        return new CulvertDialect(VersionRange.CURRENT);
    }
}
