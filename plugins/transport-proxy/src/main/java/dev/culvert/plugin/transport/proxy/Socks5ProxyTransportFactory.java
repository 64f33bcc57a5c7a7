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
 * Reaches the server through a SOCKS5 proxy (RFC 1928). The outermost layer of a client's
 * {@code transport}: {@code [[{type = "socks5", address = "proxy:3128"}, "tls", "websocket"]]}.
 *
 * @param address the proxy; required
 * @param username what the proxy knows this client by, by RFC 1929, which does not hide the password from whoever reads the connection to the proxy; default: none
 * @param password what goes with the user name
 * @param timeout how long the proxy may take, the connection to the server included; default 8s
 */
@Extension
@JsonTypeName("socks5")
public record Socks5ProxyTransportFactory(
        @NotNull HostPort address,
        @Nullable String username,
        @Nullable Secret password,
        @Nullable Duration timeout) implements TransportFactory {

    /** Fills in the default and checks what belongs together. */
    public Socks5ProxyTransportFactory {
        timeout = requireNonNullElse(timeout, Proxy.TIMEOUT);
        Login.check(username, password);
    }

    @Override
    public Transport build(PluginContext context) {
        Proxy proxy =
                Proxy.of("socks5", address, Login.of(username, password), requireNonNull(timeout), context.role());
        return new ProxyTransport(proxy, Socks5Connect::new);
    }
}
