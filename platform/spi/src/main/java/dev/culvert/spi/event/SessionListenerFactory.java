package dev.culvert.spi.event;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes listeners: a {@code [[telemetry]]} section, on either end. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface SessionListenerFactory extends ExtensionPoint {

    /**
     * Called once per section, at start.
     *
     * @param context what the platform lends
     */
    SessionListener build(PluginContext context);
}
