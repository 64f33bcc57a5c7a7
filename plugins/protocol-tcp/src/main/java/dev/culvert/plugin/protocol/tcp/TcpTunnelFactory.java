package dev.culvert.plugin.protocol.tcp;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Durations;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.PluginContext;
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
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * A public TCP port that leads to a local one. {@code [[tunnel]] type = "tcp"}.
 *
 * @param target {@code local}: where the service is; a bare port is tried on 127.0.0.1, then on ::1; {@code unix:/path}. Required on a
 *     client, unused on a server
 * @param port the public port; default 0: the server picks one, and after a lost connection is asked for the same again
 * @param bind which of the server's addresses the port is opened on; default all
 * @param whenAbsent {@code "reset"} or {@code "wait"}: what a visitor gets while the service is not there; default reset
 * @param waitTimeout how long a visitor waits; default 10 s
 * @param maxWaiting how many visitors wait at once; default 64
 * @param halfCloseTimeout how long one direction may be silent after the other has ended; default 60 s
 * @param connectTimeout how long the service may take to accept; default 10 s
 * @param proxyProtocol {@code "v1"} or {@code "v2"}: the service is told who visits it, by the PROXY protocol; default
 *     not
 */
@Extension
@JsonTypeName("tcp")
public record TcpTunnelFactory(
        @JsonProperty("local") @Nullable ServiceAddress target,
        @Min(0) @Max(65535) Integer port,
        String bind,
        WhenAbsent whenAbsent,
        Duration waitTimeout,
        @Min(1) Integer maxWaiting,
        Duration halfCloseTimeout,
        Duration connectTimeout,
        @Nullable ProxyVersion proxyProtocol)
        implements TunnelFactory {

    /** Fills in the defaults; refuses durations that are not positive and a bind address that is a name. */
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
        return target == null ? "" : DialingService.shown(target);
    }

    @Override
    public @Nullable ServiceAddress service() {
        return target;
    }

    @Override
    public LocalService build(PluginContext context) {
        if (target == null || !target.isComplete()) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "local: " + (target == null ? "missing" : target)
                            + " (expected: host:port, a port alone, or unix:/path).");
        }
        return new DialingService(
                context.network(), target, connectTimeout, new BridgeOptions(halfCloseTimeout), proxyProtocol);
    }
}
