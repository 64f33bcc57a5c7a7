package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostName;
import dev.culvert.spi.Principal;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.TunnelHandle;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A tunnel with its host and path, and what is done to its requests. */
final class Route implements EndpointLease {

    private final Routes routes;
    private final HostName host;
    private final Endpoint endpoint;
    private final TunnelHandle handle;
    private final HttpParameters parameters;
    private final Duration responseTimeout;
    private final Limits limits;
    private final ServicePool pool;
    private final Map<ViaRule, ServicePool> pools = new ConcurrentHashMap<>();
    private final @Nullable Holding holding;
    private final RouteEvents events = new RouteEvents();
    private final @Nullable HttpFilter filter;

    Route(
            Routes routes,
            HostName host,
            Endpoint endpoint,
            TunnelHandle handle,
            HttpParameters parameters,
            Limits limits,
            HoldRoom room,
            @Nullable HttpFilter filter) {
        this.filter = filter;
        this.routes = routes;
        this.host = host;
        this.endpoint = endpoint;
        this.handle = handle;
        this.parameters = parameters;
        this.responseTimeout = Duration.ofMillis(Math.min(
                parameters.responseTimeoutMs(), limits.maxResponseTimeout().toMillis()));
        this.limits = limits;
        this.pool = pool(handle);
        HoldTerms hold = parameters.hold();
        this.holding = hold == null || limits.maxHeld() == 0 ? null : new Holding(handle, hold, limits, room);
    }

    private ServicePool pool(TunnelHandle through) {
        return new ServicePool(through, limits, parameters.alone() ? 0 : limits.maxPooled(), parameters.http2());
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

    /**
     * The streams for a request.
     *
     * @param via which sessions it has to go through; null if that does not matter
     */
    ServicePool pool(@Nullable ViaRule via) {
        return via == null
                ? pool
                : pools.computeIfAbsent(via, rule -> pool(handle.through(rule.listen(), !rule.orAny())));
    }

    /** Keeps no idle streams any more. */
    void keepNoStreams() {
        pool.close();
        pools.values().forEach(ServicePool::close);
    }

    /** Where requests wait for the client; null if they do not. */
    @Nullable
    Holding holding() {
        return holding;
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
        return Paths.isBelow(wanted, path());
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
        keepNoStreams();
        if (holding != null) {
            holding.close();
        }
        if (filter != null) {
            filter.close();
        }
    }
}
