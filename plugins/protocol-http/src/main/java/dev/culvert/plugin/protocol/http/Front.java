package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.SourceCounts;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What all visitors of one listener meet: the routes, the limits, whom it believes. Thread-safe. */
final class Front {

    private final Routes routes;
    private final Limits limits;
    private final Forwarding forwarding;
    private final AccessLog accessLog;
    private final Map<String, Consumer<PrivateConnection>> shared = new ConcurrentHashMap<>();
    private final List<ViaRule> via;
    private final Health health;
    private final Departure departure = new Departure();
    private final SourceCounts sources;
    private volatile boolean draining;

    Front(Routes routes, Limits limits, Forwarding forwarding, AccessLog accessLog, List<ViaRule> via, Health health) {
        this.via = via;
        this.health = health;
        this.accessLog = accessLog;
        this.routes = routes;
        this.limits = limits;
        this.sources = new SourceCounts(limits.maxConnectionsPerSource());
        this.forwarding = forwarding;
    }

    Limits limits() {
        return limits;
    }

    /** How many connections each source has. */
    SourceCounts sources() {
        return sources;
    }

    Forwarding forwarding() {
        return forwarding;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    Health health() {
        return health;
    }

    boolean isDraining() {
        return draining;
    }

    /** Connections end with their next answer. */
    void drain() {
        draining = true;
    }

    /** Who keeps a connection. */
    Departure departure() {
        return departure;
    }

    /** Gives connections that ask for a path to somebody else. */
    void share(String path, Consumer<PrivateConnection> taken) {
        if (shared.putIfAbsent(path, taken) != null) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS,
                    "two [[listen]] sections share the path " + path + " (expected: a path of its own for each).");
        }
    }

    /** Who takes connections that ask for a WebSocket at a path; null if that is a tunnel's affair. */
    @Nullable
    Consumer<PrivateConnection> sharing(String path) {
        return shared.get(path);
    }

    /** The tunnel of a request; null if there is none. */
    @Nullable
    Route find(Identity identity) {
        return routes.find(identity.authority().host(), identity.path());
    }

    /** Which sessions a request has to go through; null if that does not matter. */
    @Nullable
    ViaRule via(Identity identity, boolean webSocket) {
        for (ViaRule rule : via) {
            if (rule.fits(identity.path(), webSocket)) {
                return rule;
            }
        }
        return null;
    }

    /** What is wrong with what a request is about. */
    @Nullable
    Refusal misdirected(Peer peer, Identity identity) {
        String asked = identity.authority().host();
        if (peer.sni() != null && !peer.sni().equals(asked)) {
            return Refusal.of(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    HttpError.MISDIRECTED,
                    "the connection is for another host than the request.");
        }
        return null;
    }

    /** What is wrong with the way to its tunnel. */
    @Nullable
    Refusal check(Identity identity, @Nullable Route route) {
        if (route == null && draining) {
            return Refusal.of(
                    HttpResponseStatus.SERVICE_UNAVAILABLE, HttpError.DRAINING, "the server is about to stop.");
        }
        if (route == null) {
            return Refusal.of(
                    HttpResponseStatus.NOT_FOUND, HttpError.NO_SUCH_HOST, "no tunnel has this host and path.");
        }
        if (Paths.isAmbiguous(identity.path()) && routes.isSplit(route.host())) {
            return Refusal.badRequest("a path that could be another tunnel's when it is read otherwise.");
        }
        return null;
    }
}
