package dev.culvert.spi.http;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import org.pf4j.ExtensionPoint;

/**
 * Makes http filters: an entry of {@code filters} in {@code [[protocol]] type = "http"} of a server's file, for all
 * tunnels, or in a {@code [[tunnel]]} of a client's file, for that one.
 *
 * <p>Filters run on the server. One of a client's file travels there as JSON, with the keys and values of the file, and
 * is bound and validated again; a key that the server's plugin does not know refuses the tunnel.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface HttpFilterFactory extends ExtensionPoint {

    /**
     * What a client sends to the server in place of this section: the same filter without what must not leave the
     * client's machine. Passwords become verifiers, files become what is in them. The platform refuses to send a {@link
     * dev.culvert.spi.Secret} or a {@link java.nio.file.Path}, and a server refuses to receive one. Called on clients, at
     * start.
     *
     * <p>Equal sections should send equal things: by that the server knows a tunnel again.
     */
    default HttpFilterFactory sent() {
        return this;
    }

    /**
     * Called on the server, once for each section: at start for those of the server's file, when the tunnel opens for
     * those of a client's. Must not block.
     *
     * @param context what the platform lends
     * @param author whose file the section is from. A client's must not make the server read files, reach addresses that
     *     the client could not reach itself, or keep more than a bounded amount of memory
     * @throws dev.culvert.spi.CulvertException if it cannot be made; a tunnel is then refused with it. {@link
     *     FilterError#FILTER_NOT_PERMITTED} for what a client may not have
     */
    HttpFilter build(PluginContext context, Role author);
}
