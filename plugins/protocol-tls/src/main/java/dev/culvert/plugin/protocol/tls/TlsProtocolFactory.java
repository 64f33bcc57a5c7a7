package dev.culvert.plugin.protocol.tls;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.Durations;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.ProtocolFactory;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Makes TLS services public by the name in a visitor's ClientHello (SNI, RFC 6066), on one port for all of them. Nothing
 * is decrypted here. {@code [[protocol]] type = "tls"}.
 *
 * @param bind where visitors connect; default {@code :8443}, all addresses
 * @param domain names of one label are names below it; default none, then every tunnel says its whole name
 * @param reserved labels below the domain that no tunnel gets; default {@code admin}, {@code api}, {@code www} and what
 *     certificate authorities and browsers look up
 * @param helloTimeout how long a visitor may take to say which name it wants; default 10 s
 * @param maxPending how many visitors may be on their way to a service at once; more are reset; default 1,024
 * @param maxPendingPerSource the same for those of one address; default 64
 * @param maxConnectionsPerSource how many connections one address (of IPv6: one /64) may have in all; one more is reset;
 *     default 16,384
 * @param maxHalfCloseTimeout a tunnel's {@code half_close_timeout} counts up to this; default 1 h
 * @param proxyProtocolFrom networks of proxies, whose connections have to begin with the header of the PROXY protocol
 *     and count as those of whom it names; default none
 */
@Extension
@JsonTypeName("tls")
public record TlsProtocolFactory(
        HostPort bind,
        @Nullable HostName domain,
        List<String> reserved,
        Duration helloTimeout,
        @Min(1) Integer maxPending,
        @Min(1) Integer maxPendingPerSource,
        @Min(1) Integer maxConnectionsPerSource,
        Duration maxHalfCloseTimeout,
        List<SourceNetwork> proxyProtocolFrom)
        implements ProtocolFactory {

    private static final List<String> RESERVED =
            List.of("admin", "api", "www", "mail", "autoconfig", "autodiscover", "wpad", "_acme-challenge");

    /** Fills in the defaults. */
    public TlsProtocolFactory {
        bind = requireNonNullElse(bind, new HostPort("", 8443));
        reserved = List.copyOf(requireNonNullElse(reserved, RESERVED));
        helloTimeout = Durations.positive("hello_timeout", requireNonNullElse(helloTimeout, Duration.ofSeconds(10)));
        maxPending = requireNonNullElse(maxPending, 1024);
        maxPendingPerSource = requireNonNullElse(maxPendingPerSource, 64);
        maxConnectionsPerSource = requireNonNullElse(maxConnectionsPerSource, 16_384);
        maxHalfCloseTimeout = Durations.positive(
                "max_half_close_timeout", requireNonNullElse(maxHalfCloseTimeout, Duration.ofHours(1)));
        proxyProtocolFrom = List.copyOf(requireNonNullElse(proxyProtocolFrom, List.of()));
    }

    @Override
    public Protocol<?> build(PluginContext context) {
        return new TlsProtocol(context.network(), this);
    }
}
