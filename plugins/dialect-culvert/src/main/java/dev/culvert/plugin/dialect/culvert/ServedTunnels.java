package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tunnels of one session, open or about to be. Lives on the link's loop. */
final class ServedTunnels {

    private final Map<Integer, Tunnel> byId = new HashMap<>();
    private final Map<String, Tunnel> byName = new HashMap<>();

    void add(int id, String name) {
        if (byId.size() >= Limits.TUNNELS) {
            throw new CulvertException(
                    TunnelError.INVALID_PARAMETERS,
                    "the session has " + byId.size() + " tunnels (expected: at most " + Limits.TUNNELS + ").");
        }
        var tunnel = new Tunnel(id, name);
        if (byName.putIfAbsent(name, tunnel) != null) {
            throw new CulvertException(
                    TunnelError.DUPLICATE_NAME, "the session has a tunnel \"" + name + "\" already.");
        }
        byId.put(id, tunnel);
    }

    @Nullable
    Tunnel get(int id) {
        return byId.get(id);
    }

    @Nullable
    Tunnel named(String name) {
        return byName.get(name);
    }

    void remove(Tunnel tunnel) {
        byId.remove(tunnel.id);
        byName.remove(tunnel.name);
    }

    /** One of them. */
    static final class Tunnel {

        final int id;
        final String name;

        /** The client knows where it is public. */
        boolean open;

        /** The server's operator has paused it. */
        boolean paused;

        /** The client gave it up before it was open. */
        boolean unwanted;

        private Tunnel(int id, String name) {
            this.id = id;
            this.name = name;
        }
    }
}
