package dev.culvert.plugin.protocol.tls;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Durations;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DialingService;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.spi.proxy.ProxyVersion;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * A name that leads to a local service which speaks TLS itself. {@code [[tunnel]] type = "tls"}.
 *
 * @param host the name that visitors ask for; one label alone is a name below the server's domain; {@code
 *     *.example.com} is every name below {@code example.com} that has no tunnel of its own
 * @param target {@code local}: where the service is; a bare port is tried on 127.0.0.1, then on ::1; {@code unix:/path}. Required on a
 *     client
 * @param halfCloseTimeout how long one direction may be silent after the other has ended; default 60 s
 * @param connectTimeout how long the service may take to accept; default 10 s
 * @param proxyProtocol {@code "v1"} or {@code "v2"}: the service is told who visits it, by the PROXY protocol; default
 *     not
 */
@Extension
@JsonTypeName("tls")
public record TlsTunnelFactory(
        @NotNull HostName host,
        @JsonProperty("local") @Nullable ServiceAddress target,
        Duration halfCloseTimeout,
        Duration connectTimeout,
        @Nullable ProxyVersion proxyProtocol)
        implements TunnelFactory {

    /** Fills in the defaults; refuses durations that are not positive. */
    public TlsTunnelFactory {
        halfCloseTimeout = Durations.positive(
                "half_close_timeout",
                requireNonNullElse(halfCloseTimeout, Duration.ofMillis(TlsParameters.HALF_CLOSE_TIMEOUT_MS)));
        connectTimeout =
                Durations.positive("connect_timeout", requireNonNullElse(connectTimeout, Duration.ofSeconds(10)));
    }

    @Override
    public Object parameters(@Nullable Endpoint previous) {
        return new TlsParameters(host, halfCloseTimeout.toMillis());
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
    public boolean answersGet() {
        return false; // what it speaks is TLS, with its visitors
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
