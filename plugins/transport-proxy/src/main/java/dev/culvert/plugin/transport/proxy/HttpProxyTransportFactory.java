package dev.culvert.plugin.transport.proxy;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.Transport;
import dev.culvert.spi.transport.TransportFactory;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Reaches the server through an HTTP proxy, by CONNECT (RFC 9110, section 9.3.6). The outermost layer of a client's
 * {@code transport}: {@code [[{type = "http-proxy", address = "proxy:3128"}, "tls", "websocket"]]}.
 *
 * @param address the proxy; required
 * @param username what the proxy knows this client by, with Basic authentication (RFC 7617), which does not hide the password from whoever reads the connection to the proxy; default: none
 * @param password what goes with the user name
 * @param timeout how long the proxy may take, the connection to the server included; default 8s
 */
@Extension
@JsonTypeName("http-proxy")
public record HttpProxyTransportFactory(
        @NotNull HostPort address,
        @Nullable String username,
        @Nullable Secret password,
        @Nullable Duration timeout) implements TransportFactory {

    /** Fills in the default and checks what belongs together. */
    public HttpProxyTransportFactory {
        timeout = requireNonNullElse(timeout, Proxy.TIMEOUT);
        Login.check(username, password);
    }

    @Override
    public Transport build(PluginContext context) {
        Proxy proxy =
                Proxy.of("http-proxy", address, Login.of(username, password), requireNonNull(timeout), context.role());
        return new ProxyTransport(proxy, HttpConnect::new);
    }
}
