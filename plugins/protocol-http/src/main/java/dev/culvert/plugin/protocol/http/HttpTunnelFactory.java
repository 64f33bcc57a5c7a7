package dev.culvert.plugin.protocol.http;

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
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DialingService;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.spi.proxy.ProxyVersion;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * A host, or a path of one, that leads to a local HTTP service. {@code [[tunnel]] type = "http"}.
 *
 * @param target {@code local}: where the service is: a port, tried on 127.0.0.1, then on ::1; {@code host:port};
 *     {@code unix:/path}; {@code http://host:port}; {@code https://} for one that speaks TLS, {@code h2c://} and {@code h2://} for those that speak
 *     HTTP/2 without and with TLS; {@code file:/srv/site}, a directory that the client serves itself. Required on a client
 * @param host the name that visitors ask for; one label alone is a name below the server's domain; {@code *.example.com}
 *     is every name below {@code example.com} that has no tunnel of its own. Default: the server picks one, and after a
 *     lost connection is asked for the same again
 * @param path which requests of the host, by how their path begins; the longest wins; default all
 * @param stripPrefix whether the service sees paths without it; default false
 * @param hostHeader which host the service is told; {@code "local"} for its own; default the one that the visitor asks for
 * @param requestHeaders what is changed in requests
 * @param responseHeaders what is changed in answers
 * @param forceHttps whether visitors without TLS are sent to https; default false
 * @param redirect where visitors are sent instead of to the service; without a path, theirs is kept
 * @param responseTimeout how long the service may take to begin its answer; default 60 s
 * @param connectTimeout how long the service may take to accept; default 10 s
 * @param filters what requests go through on the server, in this order, after the server's own; default nothing
 * @param hold which requests wait while this client is away; default none
 * @param proxyProtocol {@code "v1"} or {@code "v2"}: the service is told who visits it, by the PROXY protocol, on a
 *     connection of its own for each request; default not
 * @param ca PEM, who may vouch for a service that speaks TLS; default those that the system trusts
 * @param pins keys of a service that speaks TLS, any of which will do, whoever vouches for them
 * @param serverName the name in the certificate of a service that speaks TLS, where it is not the host of {@code local}
 */
@Extension
@JsonTypeName("http")
public record HttpTunnelFactory(
        @JsonProperty("local") @Nullable HttpTarget target,
        @Nullable HostName host,

        @Pattern(
                regexp = HttpParameters.PATH + "/?",
                message = "expected: a path such as /api, of letters, digits, . _ ~ - and /")
        String path,

        Boolean stripPrefix,
        @Nullable String hostHeader,
        HeaderFields requestHeaders,
        HeaderFields responseHeaders,
        Boolean forceHttps,

        @Nullable @Pattern(regexp = "https?://[^/\\s]+(/\\S*)?", message = "expected: http:// or https://, and a host")
        String redirect,

        Duration responseTimeout,
        Duration connectTimeout,
        List<@Valid HttpFilterFactory> filters,
        @Nullable @Valid HoldSection hold,
        @Nullable ProxyVersion proxyProtocol,
        @Nullable Path ca,

        @JsonProperty("pin") @Nullable
        List<@Pattern(regexp = ServiceTrust.PIN, message = "expected: sha256/ and 44 characters") String> pins,

        @Nullable @Size(min = 1, max = 253) String serverName)
        implements TunnelFactory {

    private static final String LOCAL = "local";

    /** Fills in the defaults; refuses durations that are not positive. */
    public HttpTunnelFactory {
        path = requireNonNullElse(path, "");
        stripPrefix = requireNonNullElse(stripPrefix, false);
        forceHttps = requireNonNullElse(forceHttps, false);
        filters = List.copyOf(requireNonNullElse(filters, List.of()));
        requestHeaders = HeaderFields.orNone(requestHeaders);
        responseHeaders = HeaderFields.orNone(responseHeaders);
        responseTimeout = Durations.positive(
                "response_timeout",
                requireNonNullElse(responseTimeout, Duration.ofMillis(HttpParameters.RESPONSE_TIMEOUT_MS)));
        boolean ofTls = ca != null || pins != null || serverName != null;
        if (ofTls
                && target != null
                && !(target instanceof LocalTarget service && service.scheme().isTls())) {
            throw new IllegalArgumentException(
                    "local: \"" + target + "\" (expected: https:// or h2:// where ca, pin or server_name is given)");
        }
        if (target instanceof LocalDirectory && (LOCAL.equals(hostHeader) || proxyProtocol != null)) {
            throw new IllegalArgumentException((proxyProtocol != null ? "proxy_protocol" : "host_header: \"local\"")
                    + " (expected: none where local is a directory, \"" + target + "\")");
        }
        connectTimeout =
                Durations.positive("connect_timeout", requireNonNullElse(connectTimeout, Duration.ofSeconds(10)));
    }

    @Override
    public Object parameters(@Nullable Endpoint previous) {
        HostName asked = host == null && previous != null ? HostName.parse(previous.host()) : host;
        return new HttpParameters(
                asked,
                path,
                stripPrefix,
                LOCAL.equals(hostHeader) && target instanceof LocalTarget service ? service.authority() : hostHeader,
                requestHeaders,
                responseHeaders,
                forceHttps,
                redirect,
                responseTimeout.toMillis(),
                filters.stream().map(HttpFilterFactory::sent).toList(),
                proxyProtocol != null,
                target instanceof LocalTarget service && service.scheme().isHttp2(),
                hold == null ? null : hold.terms());
    }

    @Override
    public String local() {
        return target == null ? "" : target.toString();
    }

    @Override
    public @Nullable ServiceAddress service() {
        return target instanceof LocalTarget service ? service.address() : null;
    }

    @Override
    public boolean answersGet() {
        return target instanceof LocalTarget service && !service.scheme().isHttp2();
    }

    @Override
    public LocalService build(PluginContext context) {
        if (target instanceof LocalDirectory directory) {
            directory.check();
            return new FileSite(directory.path(), context.blocking());
        }
        if (!(target instanceof LocalTarget service) || !service.address().isComplete()) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "local: " + (target == null ? "missing" : target)
                            + " (expected: host:port, a port alone, or unix:/path).");
        }
        return new DialingService(
                context.network(),
                service.address(),
                connectTimeout,
                BridgeOptions.DEFAULT,
                proxyProtocol,
                opening(service));
    }

    private @Nullable ServiceTls opening(LocalTarget service) {
        return service.scheme().isTls()
                ? ServiceTls.of(service, ca, requireNonNullElse(pins, List.of()), serverName)
                : null;
    }
}
