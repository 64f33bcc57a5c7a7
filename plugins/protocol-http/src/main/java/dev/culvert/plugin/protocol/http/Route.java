package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.Principal;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.TunnelHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A tunnel with its host and path, and what is done to its requests. */
final class Route implements EndpointLease {

    private final Routes routes;
    private final HostName host;
    private final Endpoint endpoint;
    private final TunnelHandle handle;
    private final HttpParameters parameters;
    private final Duration responseTimeout;
    private final ServicePool pool;
    private final RouteEvents events = new RouteEvents();
    private final @Nullable HttpFilter filter;

    Route(
            Routes routes,
            HostName host,
            Endpoint endpoint,
            TunnelHandle handle,
            HttpParameters parameters,
            Limits limits,
            @Nullable HttpFilter filter) {
        this.filter = filter;
        this.routes = routes;
        this.host = host;
        this.endpoint = endpoint;
        this.handle = handle;
        this.parameters = parameters;
        this.responseTimeout = Duration.ofMillis(Math.min(
                parameters.responseTimeoutMs(), limits.maxResponseTimeout().toMillis()));
        this.pool = new ServicePool(handle, limits, parameters.alone() ? 0 : limits.maxPooled(), parameters.http2());
    }

    HostName host() {
        return host;
    }

    String path() {
        return parameters.path();
    }

    HttpParameters parameters() {
        return parameters;
    }

    TunnelHandle handle() {
        return handle;
    }

    Principal owner() {
        return handle.owner();
    }

    /** What its requests go through; null for nothing. */
    @Nullable
    HttpFilter filter() {
        return filter;
    }

    ServicePool pool() {
        return pool;
    }

    RouteEvents events() {
        return events;
    }

    Duration responseTimeout() {
        return responseTimeout;
    }

    HeaderFields answerFields() {
        return parameters.responseHeaders();
    }

    BridgeOptions bridge() {
        return BridgeOptions.DEFAULT;
    }

    /** Whether a path is this tunnel's. */
    boolean covers(String wanted) {
        String prefix = path();
        return wanted.startsWith(prefix)
                && (wanted.length() == prefix.length() || prefix.isEmpty() || wanted.charAt(prefix.length()) == '/');
    }

    /** What the service is asked for. */
    String target(Identity identity) {
        if (!parameters.stripPrefix() || path().isEmpty()) {
            return identity.target();
        }
        String rest = identity.path().substring(path().length());
        return (rest.isEmpty() ? "/" : rest) + identity.query();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        routes.remove(this);
        pool.close();
        if (filter != null) {
            filter.close();
        }
    }
}
