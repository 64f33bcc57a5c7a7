package dev.culvert.spi.protocol;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import java.util.Set;
import org.pf4j.ExtensionPoint;

/**
 * Makes the server's half of a protocol: a {@code [[protocol]]} section of a server's file. Tunnels name it by the same
 * {@code type}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface ProtocolFactory extends ExtensionPoint {

    /**
     * Called once per section, at start. May own listeners that many tunnels share.
     *
     * @param context what the platform lends
     */
    Protocol<?> build(PluginContext context);

    /** The names of listeners that it asks for by {@link TunnelHandle#through}; a server that lacks one does not start. */
    default Set<String> listeners() {
        return Set.of();
    }
}
