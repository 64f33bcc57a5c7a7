package dev.culvert.spi.registry;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes registries: {@code [registry]} in a server's file. Without one, endpoints are kept in memory. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface RegistryFactory extends ExtensionPoint {

    /**
     * Called once, at start.
     *
     * @param context what the platform lends
     */
    Registry build(PluginContext context);
}
