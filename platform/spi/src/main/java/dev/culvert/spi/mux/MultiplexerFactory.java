package dev.culvert.spi.mux;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes multiplexers: {@code multiplexer} in a server's {@code [[listen]]} or in a client's file. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface MultiplexerFactory extends ExtensionPoint {

    /**
     * Called once per section, at start.
     *
     * @param context what the platform lends
     */
    Multiplexer build(PluginContext context);
}
