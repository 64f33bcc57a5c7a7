package dev.culvert.spi.transport;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes transports: an entry of {@code transport} in a server's {@code [[listen]]} or in a client's file. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface TransportFactory extends ExtensionPoint {

    /**
     * Called once per entry, at start. May read files; must not open a connection.
     *
     * @param context what the platform lends; its role says which half is needed
     */
    Transport build(PluginContext context);
}
