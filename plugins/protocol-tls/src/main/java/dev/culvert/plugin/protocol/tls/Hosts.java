package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostName;
import dev.culvert.spi.TunnelError;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which tunnel has which name. Thread-safe. */
final class Hosts {

    private final Map<HostName, TlsTunnel> tunnels = new ConcurrentHashMap<>();

    /** Gives a name to a tunnel, unless another one has it or has names that it would take visitors from. */
    synchronized void add(TlsTunnel tunnel) {
        TlsTunnel holder = tunnels.get(tunnel.host());
        if (holder == null) {
            // Whoever may answer for a whole domain does not lose single names of it to strangers, nor the reverse.
            holder = tunnels.values().stream()
                    .filter(other -> overlap(other.host(), tunnel.host())
                            && !other.owner().account().equals(tunnel.owner().account()))
                    .findFirst()
                    .orElse(null);
        }
        if (holder != null) {
            throw new CulvertException(
                    TunnelError.ENDPOINT_HELD,
                    "host \"" + tunnel.host() + "\": \"" + holder.host() + "\" is held by principal \""
                            + holder.owner().name() + "\".");
        }
        tunnels.put(tunnel.host(), tunnel);
    }

    synchronized void remove(TlsTunnel tunnel) {
        tunnels.remove(tunnel.host(), tunnel);
    }

    /** Whether a tunnel has its name. */
    boolean has(TlsTunnel tunnel) {
        return tunnel.equals(tunnels.get(tunnel.host()));
    }

    /** The tunnel that serves a name: its own before the narrowest wildcard. */
    Optional<TlsTunnel> find(HostName name) {
        for (HostName candidate : name.candidates()) {
            TlsTunnel tunnel = tunnels.get(candidate);
            if (tunnel != null) {
                return Optional.of(tunnel);
            }
        }
        return Optional.empty();
    }

    private static boolean overlap(HostName a, HostName b) {
        return a.covers(b) || b.covers(a) || a.isWildcard() && b.isWildcard() && (below(a, b) || below(b, a));
    }

    private static boolean below(HostName inner, HostName outer) {
        return inner.value().endsWith(outer.value().substring(1));
    }
}
