package dev.culvert.client;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonFormat;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.plugin.PluginsSection;
import dev.culvert.engine.wire.NoMultiplexer;
import dev.culvert.engine.wire.TransportAlternative;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.CredentialFactory;
import dev.culvert.spi.dialect.DialectFactory;
import dev.culvert.spi.event.SessionListenerFactory;
import dev.culvert.spi.link.LinkFactory;
import dev.culvert.spi.mux.MultiplexerFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's file.
 *
 * @param enabled whether it is started at all; false is checked and ends with 0; default true
 * @param server where the server is; several in a list; required
 * @param serversMode with several: connected to {@code "all"}, or to one with {@code "failover"} in their order; default
 *     failover
 * @param transport ways to reach it, tried in order; default {@code "tls"}
 * @param multiplexer how a connection carries streams; default {@code "yamux"}
 * @param link a wire that brings its own streams, instead of the two above
 * @param dialect what is spoken on it; default {@code "culvert"}
 * @param auth what the client can prove
 * @param tunnel what it makes public; at least one
 * @param telemetry who is told what happens
 * @param plugins which jars are loaded
 * @param clientId what this machine is called; default its host name
 * @param connections how many sessions to keep, 1 to 64; default 1
 * @param reconnect whether a lost session is built again; default true
 * @param maxInterval the longest pause between two attempts; default 30 s
 * @param loginTimeout how long one attempt may take; default 10 s
 * @param transportTimeout how long each way of {@code transport} may take where there are several; default 5 s
 * @param rememberTransport how long the way that worked is tried first; default 10 min, 0 for never
 * @param exitOnRefusal whether a refusal before the first success ends the client; default true
 * @param drainTimeout how long open streams may go on when the client stops; default 30 s
 * @param dataDirectory where plugins keep files
 * @param network io_uring, epoll, nio or auto; default auto
 * @param threads event loops; 0, the default, for one a processor
 * @param metrics where the client's metrics are served; nowhere by default
 * @param reloadOnChange whether a changed file is taken over without being told; default true
 * @param summaryInterval how often a line in the log sums up; default 0, never
 */
public record ClientConfiguration(
        Boolean enabled,

        @JsonFormat(with = JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED) @NotEmpty @Size(max = 16)
        List<HostPort> server,

        ServersMode serversMode,
        @Valid List<TransportAlternative> transport,
        @Valid MultiplexerFactory multiplexer,
        @Nullable @Valid LinkFactory link,
        @NotNull @Valid DialectFactory dialect,
        @Valid List<CredentialFactory> auth,
        @NotEmpty @Valid List<TunnelSection> tunnel,
        @Valid List<SessionListenerFactory> telemetry,
        PluginsSection plugins,
        String clientId,
        @Min(1) @Max(64) Integer connections,
        Boolean reconnect,
        Duration maxInterval,
        Duration loginTimeout,
        Duration transportTimeout,
        Duration rememberTransport,
        Boolean exitOnRefusal,
        Duration drainTimeout,
        @Nullable Path dataDirectory,

        @Pattern(regexp = "auto|io_uring|epoll|nio", message = "auto, io_uring, epoll or nio")
        String network,

        @Min(0) @Max(1024) Integer threads,
        @Nullable HostPort metrics,
        Boolean reloadOnChange,
        Duration summaryInterval) {

    /** Fills in defaults. */
    public ClientConfiguration {
        enabled = requireNonNullElse(enabled, true);
        server = requireNonNullElse(server, List.of());
        serversMode = requireNonNullElse(serversMode, ServersMode.FAILOVER);
        transport = requireNonNullElse(transport, List.of());
        multiplexer = requireNonNullElse(multiplexer, new NoMultiplexer());
        auth = requireNonNullElse(auth, List.of());
        tunnel = requireNonNullElse(tunnel, List.of());
        telemetry = requireNonNullElse(telemetry, List.of());
        plugins = requireNonNullElse(plugins, new PluginsSection(null, null));
        clientId = clientId == null ? hostName() : clientId;
        connections = requireNonNullElse(connections, 1);
        reconnect = requireNonNullElse(reconnect, true);
        maxInterval = requireNonNullElse(maxInterval, Duration.ofSeconds(30));
        loginTimeout = requireNonNullElse(loginTimeout, Duration.ofSeconds(10));
        transportTimeout = requireNonNullElse(transportTimeout, Duration.ofSeconds(5));
        rememberTransport = requireNonNullElse(rememberTransport, Duration.ofMinutes(10));
        exitOnRefusal = requireNonNullElse(exitOnRefusal, true);
        if (transportTimeout.isZero()) {
            throw new IllegalArgumentException("transport_timeout: 0s (expected: more)");
        }
        drainTimeout = requireNonNullElse(drainTimeout, Duration.ofSeconds(30));
        network = requireNonNullElse(network, "auto");
        threads = requireNonNullElse(threads, 0);
        reloadOnChange = requireNonNullElse(reloadOnChange, true);
        summaryInterval = requireNonNullElse(summaryInterval, Duration.ZERO);
    }

    /**
     * The part that makes the client.
     *
     * @param defaultDataDirectory where plugins keep files if the file does not say
     */
    public ClientSettings settings(Path defaultDataDirectory) {
        return new ClientSettings(
                server,
                serversMode,
                transport,
                multiplexer,
                link,
                dialect,
                auth,
                tunnel,
                telemetry,
                clientId,
                connections,
                reconnect,
                maxInterval,
                loginTimeout,
                transportTimeout,
                rememberTransport,
                exitOnRefusal,
                drainTimeout,
                dataDirectory == null ? defaultDataDirectory : dataDirectory,
                network,
                threads,
                summaryInterval);
    }

    private static String hostName() {
        String set = System.getenv("HOSTNAME");
        if (set != null && !set.isBlank()) {
            return set;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
