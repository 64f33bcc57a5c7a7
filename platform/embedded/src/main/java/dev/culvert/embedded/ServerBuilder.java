package dev.culvert.embedded;

import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.ServerFile;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.event.SessionListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server to be. Not thread-safe. */
public final class ServerBuilder {

    private final List<SessionListener> listeners = new ArrayList<>();
    private final Map<String, Object> auth = new LinkedHashMap<>();
    private String bind;
    private String transport = "tls";
    private @Nullable Path dataDirectory;

    ServerBuilder(String bind) {
        this.bind = bind;
        auth.put("type", "token");
    }

    /**
     * Listens on one address only.
     *
     * @param address {@code host:port}
     */
    public ServerBuilder bind(String address) {
        bind = address;
        return this;
    }

    /**
     * Lets clients in that know this token: the principal {@code default}.
     *
     * @param token shared by all clients; 16 characters at least, better 32 random bytes
     */
    public ServerBuilder token(String token) {
        auth.put("token", token);
        return this;
    }

    /** Does without encryption: for loopback, and networks that are private already. */
    public ServerBuilder plain() {
        transport = "plain";
        return this;
    }

    /**
     * Keeps files here: the key that clients pin, which is a new one at each start otherwise; verifiers of named tokens are read from it.
     *
     * @param directory made if it is not there
     */
    public ServerBuilder dataDirectory(Path directory) {
        dataDirectory = directory;
        return this;
    }

    /**
     * Is told what happens.
     *
     * @param listener must not block
     */
    public ServerBuilder listener(SessionListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Listens.
     *
     * @throws dev.culvert.spi.CulvertException if the port is taken, or nobody could ever log in
     */
    public TunnelServer start() {
        var sources = ConfigurationSources.none()
                .flag("Culvert.listen", "listen", List.of(Map.of("bind", bind, "transport", transport)))
                .flag("token", "auth", List.of(auth));
        Path data = dataDirectory == null ? DataDirectory.temporary() : dataDirectory;
        return started(new TunnelServer(ServerFile.load(sources, null).value().toSettings(data), listeners));
    }

    static TunnelServer started(TunnelServer server) {
        try {
            server.start();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }
}
