package dev.culvert.plugin.transport.websocket;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.transport.Transport;
import dev.culvert.spi.transport.TransportFactory;
import jakarta.validation.constraints.Pattern;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Carries the connection as a WebSocket. {@code transport = "websocket"}, or a table with {@code type = "websocket"} and
 * any of these keys. It encrypts nothing: put {@code tls} outside it, {@code ["tls", "websocket"]}.
 *
 * @param path where the WebSocket is; default {@code /culvert}
 * @param host the client's Host header, for a front that serves several names; default the server's address
 * @param headers what the client sends besides, for a front that asks for it; the values are kept secret
 */
@Extension
@JsonTypeName("websocket")
public record WebSocketTransportFactory(
        @Nullable @Pattern(regexp = "/[!-~&&[^#?]]{0,1023}", message = "must be a path: /culvert, without ? and #")
        String path,

        @Nullable @Pattern(regexp = "[!-~&&[^/@]]{1,261}", message = "must be a host, or host:port")
        String host,

        @Nullable Map<String, Secret> headers)
        implements TransportFactory {

    private static final String DEFAULT_PATH = "/culvert";

    /** Refuses headers that would break the request, or that the handshake itself sends. */
    public WebSocketTransportFactory {
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        headers.forEach(ExtraHeaders::check);
    }

    @Override
    public Transport build(PluginContext context) {
        Map<String, Secret> extra = requireNonNullElse(headers, Map.of());
        if (context.role() == Role.SERVER && (host != null || !extra.isEmpty())) {
            context.warn("transport websocket: host and headers are a client's keys; the server does not use them.");
        }
        return new WebSocketTransport(requireNonNullElse(path, DEFAULT_PATH), host, extra);
    }
}
