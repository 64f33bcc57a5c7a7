package dev.culvert.client;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server of the file, or several that stand in for each other: the sessions to it, and how the tunnels of this client
 * fare there. Thread-safe.
 */
final class KnownServer {

    private final List<HostPort> addresses;
    private final Wire wire;
    private final List<ServerConnection> connections = new ArrayList<>();
    private volatile Map<String, PlacedTunnel> tunnels = Map.of();
    private volatile HostPort current;
    private volatile @Nullable ClientEnd answer;
    private volatile boolean over;
    private boolean settled;

    KnownServer(List<HostPort> addresses, Wire wire) {
        this.addresses = List.copyOf(addresses);
        this.wire = wire;
        current = addresses.get(0);
    }

    /** Adds a session to be; before anything connects. */
    void add(ServerConnection connection) {
        connections.add(connection);
    }

    Wire wire() {
        return wire;
    }

    List<ServerConnection> connections() {
        return connections;
    }

    /** As people see it. */
    String shown() {
        return addresses.stream().map(HostPort::toString).collect(Collectors.joining(", "));
    }

    /** The one that a session stands to, or stood to last. */
    HostPort current() {
        return current;
    }

    void reached(HostPort address) {
        current = address;
    }

    Collection<PlacedTunnel> tunnels() {
        return tunnels.values();
    }

    @Nullable
    PlacedTunnel tunnel(String name) {
        Map<String, PlacedTunnel> now = tunnels;
        return name.isEmpty() && now.size() == 1 ? now.values().iterator().next() : now.get(name);
    }

    /** Whether it is still wanted, and not replaced by a newer one of its name. */
    boolean has(PlacedTunnel tunnel) {
        return tunnels.get(tunnel.name()) == tunnel;
    }

    /** How many sessions stand. */
    int sessions() {
        return (int) connections.stream()
                .filter(connection -> connection.status() != null)
                .count();
    }

    /**
     * Replaces what it serves. Sessions that stand close what is gone and open what is new; everything else goes on.
     *
     * @param wanted all tunnels, in the order of the file
     * @param renewed those of them that servers have to open anew
     * @param revised those of them that have other limits
     */
    void serve(Collection<LocalTunnel> wanted, Collection<LocalTunnel> renewed, Collection<LocalTunnel> revised) {
        Map<String, PlacedTunnel> before = tunnels;
        Map<String, PlacedTunnel> after = new LinkedHashMap<>();
        List<PlacedTunnel> opening = new ArrayList<>();
        for (LocalTunnel tunnel : wanted) {
            PlacedTunnel known = before.get(tunnel.name());
            boolean stays = known != null && known.tunnel() == tunnel && !renewed.contains(tunnel);
            PlacedTunnel placed = stays && known != null ? known : new PlacedTunnel(tunnel, endpoint(known, tunnel));
            after.put(tunnel.name(), placed);
            if (!stays) {
                opening.add(placed);
            }
        }
        List<String> closing = before.values().stream()
                .filter(placed -> after.get(placed.name()) != placed)
                .map(PlacedTunnel::name)
                .toList();
        tunnels = after;
        connections.forEach(connection -> connection.change(closing, opening));
        for (PlacedTunnel placed : after.values()) {
            if (revised.contains(placed.tunnel())) {
                connections.forEach(connection -> connection.revise(placed));
            }
        }
    }

    // A port that the server has picked is asked for again, as after a lost connection.
    private static @Nullable Endpoint endpoint(@Nullable PlacedTunnel before, LocalTunnel tunnel) {
        return before != null && before.tunnel() == tunnel ? before.endpoint() : null;
    }

    /** It has let this client in, and has yet to say what it opens. */
    void decides() {
        answer = null;
    }

    /** It lets this client in no more, or opens none of its tunnels. */
    void refuses(ClientEnd how) {
        answer = how;
    }

    /** No session to it will be built any more. */
    void over(ClientEnd how) {
        answer = how;
        over = true;
    }

    /** What the client would end with if there were no other server; null while it may still serve. */
    @Nullable
    ClientEnd answer() {
        return answer;
    }

    boolean isOver() {
        return over;
    }

    /** Why there is no session to it; null if there is one, or none has failed yet. */
    @Nullable
    CulvertException failure() {
        return sessions() > 0
                ? null
                : connections.stream()
                        .map(ServerConnection::lastFailure)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    /** Why it opens none of the tunnels; null if it has opened one, or has not refused any. */
    @Nullable
    CulvertException refusal() {
        Collection<PlacedTunnel> all = tunnels.values();
        if (all.stream().anyMatch(PlacedTunnel::isOpen)) {
            return null;
        }
        return all.stream()
                .map(PlacedTunnel::problem)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Every tunnel has been asked for by its first session, or one has opened later: the other sessions may follow. */
    void settled() {
        synchronized (this) {
            if (settled || tunnels.values().stream().noneMatch(PlacedTunnel::isOpen)) {
                return;
            }
            settled = true;
        }
        connections.stream().skip(1).forEach(ServerConnection::connect);
    }
}
