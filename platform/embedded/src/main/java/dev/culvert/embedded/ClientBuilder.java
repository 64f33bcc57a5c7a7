package dev.culvert.embedded;

import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientObserver;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A client to be. Not thread-safe. */
public final class ClientBuilder {

    private final String server;
    private final List<Map<String, Object>> auth = new ArrayList<>();
    private final List<Map<String, Object>> tunnels = new ArrayList<>();
    private final List<ClientObserver> observers = new ArrayList<>();
    private final List<String> pins = new ArrayList<>();
    private boolean plain;
    private boolean reconnect = true;
    private int connections = 1;

    ClientBuilder(String server) {
        this.server = server;
    }

    /**
     * What the client proves that it knows.
     *
     * @param token as the server's
     */
    public ClientBuilder token(String token) {
        auth.add(Map.of("type", "token", "token", token));
        return this;
    }

    /**
     * Which server is the right one: its key, whoever vouches for it. Without a pin its certificate has to be one that
     * the system trusts.
     *
     * @param pin {@code sha256/…}, as the server prints it and {@link dev.culvert.server.TunnelServer#pins()} has it; more
     *     than once for any of several
     */
    public ClientBuilder pin(String pin) {
        pins.add(pin);
        return this;
    }

    /** Does without encryption: for loopback, and networks that are private already. */
    public ClientBuilder plain() {
        plain = true;
        return this;
    }

    /**
     * Makes a TCP service public.
     *
     * @param name unique among this client's tunnels
     * @param local {@code host:port}, or {@code :port} for this machine
     * @param remote the public port; 0: the server picks one
     */
    public ClientBuilder tunnel(String name, String local, int remote) {
        Map<String, Object> tunnel = new LinkedHashMap<>();
        tunnel.put("type", "tcp");
        tunnel.put("name", name);
        tunnel.put("local", local);
        tunnel.put("port", remote);
        tunnels.add(tunnel);
        return this;
    }

    /**
     * Whether a lost session is built again; true unless said otherwise.
     *
     * @param again false to end with the first session
     */
    public ClientBuilder reconnect(boolean again) {
        reconnect = again;
        return this;
    }

    /**
     * How many sessions to keep.
     *
     * @param count 1 to 64
     */
    public ClientBuilder connections(int count) {
        connections = count;
        return this;
    }

    /**
     * Is told what happens.
     *
     * @param observer must not block
     */
    public ClientBuilder observer(ClientObserver observer) {
        observers.add(observer);
        return this;
    }

    private Map<String, Object> transport() {
        if (plain) {
            return Map.of("type", "plain");
        }
        return pins.isEmpty() ? Map.of("type", "tls") : Map.of("type", "tls", "pin", pins);
    }

    /** Begins to connect; {@link TunnelClient#ready()} says when the tunnels are open. */
    public TunnelClient start() {
        var sources = ConfigurationSources.none()
                .flag("Culvert.connect", "server", server)
                .flag("pin", "transport", List.of(transport()))
                .flag("token", "auth", auth)
                .flag("tunnel", "tunnel", tunnels)
                .flag("connections", "connections", connections)
                .flag("reconnect", "reconnect", reconnect);
        TunnelClient client =
                new TunnelClient(ClientFile.load(sources, null).value().settings(DataDirectory.temporary()), observers);
        client.start();
        return client;
    }
}
