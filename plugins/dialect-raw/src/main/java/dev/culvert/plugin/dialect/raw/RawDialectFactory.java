package dev.culvert.plugin.dialect.raw;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.dialect.Dialect;
import dev.culvert.spi.dialect.DialectFactory;
import org.pf4j.Extension;

/**
 * No authentication and no control stream: the server opens a stream for each visitor, and the client joins each stream
 * to its one service. {@code dialect = "raw"}; it has no keys.
 */
@Extension
@JsonTypeName("raw")
public record RawDialectFactory() implements DialectFactory {

    @Override
    public Dialect build(PluginContext context) {
        return new RawDialect();
    }
}
