package dev.culvert.plugin.protocol.tcp;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Durations;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.protocol.BindAddress;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DialingService;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.spi.proxy.ProxyVersion;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * A public TCP port that leads to a local one, or to what visitors ask for of the network behind the client. {@code [[tunnel]]
 * type = "tcp"}.
 *
 * @param target {@code local}: where the service is; a bare port is tried on 127.0.0.1, then on ::1; {@code unix:/path};
 *     {@code "socks5"} or {@code "http-proxy"}, which the client itself is. Required on a client, unused on a server
 * @param port the public port; default 0: the server picks one, and after a lost connection is asked for the same again
 * @param bind which of the server's addresses the port is opened on; default all
 * @param whenAbsent {@code "reset"} or {@code "wait"}: what a visitor gets while the service is not there; default reset
 * @param waitTimeout how long a visitor waits; default 10 s
 * @param maxWaiting how many visitors wait at once; default 64
 * @param halfCloseTimeout how long one direction may be silent after the other has ended; default 60 s
 * @param connectTimeout how long the service may take to accept; default 10 s
 * @param proxyProtocol {@code "v1"} or {@code "v2"}: the service is told who visits it, by the PROXY protocol; default
 *     not
 * @param destinations where visitors of a proxy may go; required for one, and for nothing else
 * @param username what visitors of a proxy have to give; default nothing
 * @param password the same; both or none
 * @param handshakeTimeout how long a visitor of a proxy may take to say where it wants to go; default 10 s
 */
@Extension
@JsonTypeName("tcp")
public record TcpTunnelFactory(
        @JsonProperty("local") @Nullable TcpTarget target,
        @Min(0) @Max(65535) Integer port,
        String bind,
        WhenAbsent whenAbsent,
        Duration waitTimeout,
        @Min(1) Integer maxWaiting,
        Duration halfCloseTimeout,
        Duration connectTimeout,
        @Nullable ProxyVersion proxyProtocol,
        List<Destination> destinations,
        @Nullable String username,
        @Nullable Secret password,
        Duration handshakeTimeout)
        implements TunnelFactory {

    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /**
     * Fills in the defaults; refuses durations that are not positive, a bind address that is a name, a proxy that leads
     * nowhere, and keys of a proxy for a service that is none.
     */
    public TcpTunnelFactory {
        port = requireNonNullElse(port, 0);
        bind = BindAddress.canonical(bind);
        whenAbsent = requireNonNullElse(whenAbsent, WhenAbsent.RESET);
        waitTimeout = Durations.positive(
                "wait_timeout", requireNonNullElse(waitTimeout, Duration.ofMillis(TcpParameters.WAIT_TIMEOUT_MS)));
        maxWaiting = requireNonNullElse(maxWaiting, TcpParameters.MAX_WAITING);
        halfCloseTimeout = Durations.positive(
                "half_close_timeout",
                requireNonNullElse(halfCloseTimeout, Duration.ofMillis(TcpParameters.HALF_CLOSE_TIMEOUT_MS)));
        connectTimeout =
                Durations.positive("connect_timeout", requireNonNullElse(connectTimeout, Duration.ofSeconds(10)));
        destinations = List.copyOf(requireNonNullElse(destinations, List.of()));
        boolean ofProxy = !destinations.isEmpty() || username != null || password != null || handshakeTimeout != null;
        if (ofProxy && target instanceof ListeningService) {
            throw new IllegalArgumentException("local: \"" + target
                    + "\" (expected: \"socks5\" or \"http-proxy\" where destinations, username, password or"
                    + " handshake_timeout is given)");
        }
        if (target instanceof ProxyKind && destinations.isEmpty()) {
            throw new IllegalArgumentException("destinations: none (expected: where visitors of \"" + target
                    + "\" may go, as [\"10.0.0.0/8:22\", \"*.example.com:443\"])");
        }
        if (target instanceof ProxyKind && proxyProtocol != null) {
            throw new IllegalArgumentException("proxy_protocol (expected: none where local is \"" + target + "\")");
        }
        login(username, password);
        handshakeTimeout =
                Durations.positive("handshake_timeout", requireNonNullElse(handshakeTimeout, HANDSHAKE_TIMEOUT));
    }

    @Override
    public Object parameters(@Nullable Endpoint previous) {
        return new TcpParameters(
                port == 0 && previous != null ? previous.port() : port,
                bind,
                whenAbsent,
                waitTimeout.toMillis(),
                maxWaiting,
                halfCloseTimeout.toMillis());
    }

    @Override
    public String local() {
        return target == null ? "" : target.toString();
    }

    @Override
    public @Nullable ServiceAddress service() {
        return target instanceof ListeningService service ? service.address() : null;
    }

    @Override
    public LocalService build(PluginContext context) {
        if (target instanceof ProxyKind kind) {
            return proxy(kind, context, Lookup.SYSTEM);
        }
        if (!(target instanceof ListeningService service) || !service.address().isComplete()) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "local: " + (target == null ? "missing" : target)
                            + " (expected: host:port, a port alone, unix:/path, \"socks5\" or \"http-proxy\").");
        }
        return new DialingService(
                context.network(),
                service.address(),
                connectTimeout,
                new BridgeOptions(halfCloseTimeout),
                proxyProtocol);
    }

    /** The client's half of a proxy. */
    ProxyService proxy(ProxyKind kind, PluginContext context, Lookup lookup) {
        var settings = new ProxyService.ProxySettings(
                new Destinations(destinations),
                login(username, password),
                handshakeTimeout,
                connectTimeout,
                new BridgeOptions(halfCloseTimeout));
        return new ProxyService(kind, settings, context, lookup);
    }

    private static @Nullable ProxyLogin login(@Nullable String username, @Nullable Secret password) {
        if (username == null && password == null) {
            return null;
        }
        if (username == null || password == null) {
            throw new IllegalArgumentException(
                    (username == null ? "username" : "password") + ": missing (expected: username and password)");
        }
        return new ProxyLogin(username, password);
    }
}
