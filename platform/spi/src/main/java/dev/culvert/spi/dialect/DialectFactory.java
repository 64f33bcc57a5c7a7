package dev.culvert.spi.dialect;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes dialects: {@code dialect} in a server's {@code [[listen]]} or in a client's file. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface DialectFactory extends ExtensionPoint {

    /**
     * Called once per section, at start.
     *
     * @param context what the platform lends
     */
    Dialect build(PluginContext context);
}
