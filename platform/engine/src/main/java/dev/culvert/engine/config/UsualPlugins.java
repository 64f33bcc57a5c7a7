package dev.culvert.engine.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which jar of the distribution provides what, for whoever has removed it. */
final class UsualPlugins {

    private static final Map<String, String> JARS = Map.ofEntries(
            Map.entry("TransportFactory plain", "transport-plain"),
            Map.entry("TransportFactory tls", "transport-tls"),
            Map.entry("TransportFactory noise", "transport-noise"),
            Map.entry("TransportFactory websocket", "transport-websocket"),
            Map.entry("TransportFactory http-proxy", "transport-proxy"),
            Map.entry("TransportFactory socks5", "transport-proxy"),
            Map.entry("MultiplexerFactory yamux", "mux-yamux"),
            Map.entry("DialectFactory culvert", "dialect-culvert"),
            Map.entry("DialectFactory raw", "dialect-raw"),
            Map.entry("AuthenticatorFactory jwt", "auth-jwt"),
            Map.entry("CredentialFactory jwt", "auth-jwt"),
            Map.entry("AuthenticatorFactory token", "auth-token"),
            Map.entry("CredentialFactory token", "auth-token"),
            Map.entry("ProtocolFactory tcp", "protocol-tcp"),
            Map.entry("TunnelFactory tcp", "protocol-tcp"),
            Map.entry("ProtocolFactory http", "protocol-http"),
            Map.entry("TunnelFactory http", "protocol-http"),
            Map.entry("ProtocolFactory tls", "protocol-tls"),
            Map.entry("TunnelFactory tls", "protocol-tls"),
            Map.entry("ProtocolFactory udp", "protocol-udp"),
            Map.entry("TunnelFactory udp", "protocol-udp"));

    private UsualPlugins() {}

    /** The id of the plugin whose jar is missing; null if it is not a usual one. */
    static @Nullable String providing(Class<?> kind, String name) {
        return JARS.get(kind.getSimpleName() + " " + name);
    }
}
