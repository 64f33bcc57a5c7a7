package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostName;
import dev.culvert.spi.TunnelError;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which tunnel has which host and path. Thread-safe; looking one up takes no lock. */
final class Routes {

    private static final Comparator<Route> LONGEST_FIRST =
            Comparator.comparingInt((Route route) -> route.path().length()).reversed();

    /** By canonical host; each with the longest path first, never empty, never changed. */
    private final Map<String, Route[]> byHost = new ConcurrentHashMap<>();

    /** Gives host and path to a tunnel, unless another one has them, or another account has the host. */
    synchronized void add(Route route) {
        Route[] same = byHost.get(route.host().value());
        if (same != null) {
            for (Route other : same) {
                if (other.path().equals(route.path()) || !isOfSameAccount(other, route)) {
                    throw held(route, other);
                }
            }
        }
        requireNoOverlap(route);
        Route[] all = same == null ? new Route[1] : Arrays.copyOf(same, same.length + 1);
        all[all.length - 1] = route;
        Arrays.sort(all, LONGEST_FIRST);
        byHost.put(route.host().value(), all);
    }

    synchronized void remove(Route route) {
        byHost.computeIfPresent(route.host().value(), (host, all) -> {
            Route[] rest = Arrays.stream(all).filter(other -> other != route).toArray(Route[]::new);
            return rest.length == 0 ? null : rest;
        });
    }

    /** Whether requests for its host and path are a route's. */
    boolean has(Route route) {
        Route[] routes = byHost.get(route.host().value());
        return routes != null && Arrays.asList(routes).contains(route);
    }

    /** Keeps no idle streams any more: they would look like requests that go on. */
    void keepNoStreams() {
        for (Route[] routes : byHost.values()) {
            for (Route route : routes) {
                route.keepNoStreams();
            }
        }
    }

    /** Whether it depends on the path which tunnel of a host a request is for. */
    boolean isSplit(HostName host) {
        Route[] routes = byHost.get(host.value());
        return routes != null && !routes[0].path().isEmpty();
    }

    /**
     * The tunnel of a request: of its host, else of the narrowest wildcard; there the one with the longest path.
     *
     * @param host canonical
     */
    @Nullable
    Route find(String host, String path) {
        Route[] routes = byHost.get(host);
        for (int dot = host.indexOf('.'); routes == null && dot >= 0; dot = host.indexOf('.', dot + 1)) {
            routes = byHost.get("*" + host.substring(dot));
        }
        if (routes != null) {
            for (Route route : routes) {
                if (route.covers(path)) {
                    return route;
                }
            }
        }
        return null;
    }

    // Whoever may answer for a whole domain does not lose single names of it to strangers, nor the reverse.
    private void requireNoOverlap(Route route) {
        if (route.host().isWildcard()) {
            for (Route[] routes : byHost.values()) {
                if (overlap(routes[0].host(), route.host()) && !isOfSameAccount(routes[0], route)) {
                    throw held(route, routes[0]);
                }
            }
            return;
        }
        for (HostName candidate : route.host().candidates()) {
            Route[] routes = byHost.get(candidate.value());
            if (routes != null && !isOfSameAccount(routes[0], route)) {
                throw held(route, routes[0]);
            }
        }
    }

    private static boolean overlap(HostName a, HostName b) {
        return a.covers(b) || b.covers(a) || a.isWildcard() && b.isWildcard() && (below(a, b) || below(b, a));
    }

    private static boolean below(HostName inner, HostName outer) {
        return inner.value().endsWith(outer.value().substring(1));
    }

    private static boolean isOfSameAccount(Route a, Route b) {
        return a.owner().account().equals(b.owner().account());
    }

    private static CulvertException held(Route wanted, Route holder) {
        return new CulvertException(
                TunnelError.ENDPOINT_HELD,
                "host \"" + wanted.host() + wanted.path() + "\": \"" + holder.host() + holder.path()
                        + "\" is held by principal \"" + holder.owner().name() + "\".");
    }
}
