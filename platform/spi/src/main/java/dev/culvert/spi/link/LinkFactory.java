package dev.culvert.spi.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import org.pf4j.ExtensionPoint;

/** Makes whole links where transport and multiplexer are one thing, as in QUIC: {@code link} in a file. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface LinkFactory extends ExtensionPoint {

    /**
     * Called once per section, at start.
     *
     * @param context what the platform lends
     */
    LinkProvider build(PluginContext context);
}
