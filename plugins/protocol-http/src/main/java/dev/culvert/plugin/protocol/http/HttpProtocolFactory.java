package dev.culvert.plugin.protocol.http;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.ProtocolFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * Makes HTTP services public by host name and path, on one port for all of them. {@code [[protocol]] type = "http"}.
 *
 * @param bind where visitors connect; default {@code :8080}, all addresses
 * @param domain names of one label are names below it; default {@code localhost}, which leads to this machine without DNS
 * @param reserved labels below the domain that no tunnel gets; default {@code admin}, {@code api}, {@code www} and what
 *     certificate authorities and browsers look up
 * @param url what tunnels' addresses begin with where that is not how visitors connect here (a proxy in front):
 *     {@code https://} or {@code http://}, with a port if it is not the scheme's own; their hosts take the place of its
 * @param trustedProxies whose {@code X-Forwarded-*} and ids of requests are believed; default nobody's
 * @param tls where visitors connect by TLS; default nowhere. Tunnels' addresses are then https
 * @param limits what a visitor may cost
 * @param accessLog a line for each request on the logger {@code culvert.access}: {@code "off"}, {@code "json"} or {@code
 *     "combined"}; default off
 * @param filters what all requests go through, in this order, before the filters of their tunnel; default nothing
 * @param clientFilters which types of filters tunnels may bring; default all
 * @param proxyProtocolFrom networks of proxies, whose connections have to begin with the header of the PROXY protocol
 *     and count as those of whom it names; default none
 * @param via by which listener the sessions came that requests go through; default by any
 * @param health whether a balancer is told by {@code /healthz} and {@code /readyz} how the server is, where no tunnel can be:
 *     at its address and at its domain; default yes
 * @param healthHost one more host where it is told, which no tunnel gets; default none
 */
@Extension
@JsonTypeName("http")
public record HttpProtocolFactory(
        HostPort bind,
        HostName domain,
        List<String> reserved,

        @Nullable
        @Pattern(regexp = "https?://[^/:]*(:[0-9]{1,5})?/?", message = "expected: https://name, perhaps with a port")
        String url,

        List<SourceNetwork> trustedProxies,
        @Nullable @Valid TlsSection tls,
        @Valid Limits limits,
        AccessLog accessLog,
        List<@Valid HttpFilterFactory> filters,
        @Nullable List<String> clientFilters,
        List<SourceNetwork> proxyProtocolFrom,
        List<@Valid ViaRule> via,
        Boolean health,
        @Nullable HostName healthHost)
        implements ProtocolFactory {

    private static final List<String> RESERVED =
            List.of("admin", "api", "www", "mail", "autoconfig", "autodiscover", "wpad", "_acme-challenge");

    /** Fills in the defaults. */
    public HttpProtocolFactory {
        bind = requireNonNullElse(bind, new HostPort("", 8080));
        domain = requireNonNullElse(domain, HostName.parse("localhost"));
        reserved = List.copyOf(requireNonNullElse(reserved, RESERVED));
        trustedProxies = List.copyOf(requireNonNullElse(trustedProxies, List.of()));
        accessLog = requireNonNullElse(accessLog, AccessLog.OFF);
        limits = requireNonNullElse(limits, Limits.DEFAULTS);
        filters = List.copyOf(requireNonNullElse(filters, List.of()));
        proxyProtocolFrom = List.copyOf(requireNonNullElse(proxyProtocolFrom, List.of()));
        via = List.copyOf(requireNonNullElse(via, List.of()));
        health = requireNonNullElse(health, true);
        if (healthHost != null && healthHost.isWildcard()) {
            throw new IllegalArgumentException("health_host: \"" + healthHost + "\" (expected: a name without *)");
        }
        if (domain.isWildcard()) {
            throw new IllegalArgumentException("domain: \"" + domain + "\" (expected: a name without *)");
        }
    }

    @Override
    public Set<String> listeners() {
        return via.stream().map(ViaRule::listen).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Protocol<?> build(PluginContext context) {
        return new HttpProtocol(context, this);
    }
}
