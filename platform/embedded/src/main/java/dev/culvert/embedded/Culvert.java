package dev.culvert.embedded;

import dev.culvert.client.ClientFile;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.ServerFile;
import dev.culvert.server.TunnelServer;
import java.nio.file.Path;
import java.util.List;

/**
 * Culvert as a library.
 *
 * <pre>{@code
 * try (TunnelServer server = Culvert.listen(4000).token(token).start();
 *         TunnelClient client = Culvert.connect("localhost:4000").token(token)
 *                 .pin(server.pins().get("main").get(0))
 *                 .tunnel("web", "127.0.0.1:8080", 80)
 *                 .start()) {
 *     client.ready().toCompletableFuture().get(10, TimeUnit.SECONDS);
 *     System.out.println(client.status().tunnels());
 *     System.out.println(server.clients());
 * }
 * }</pre>
 *
 * <p>Plugins are those of the class path. Whoever needs more than the builders offer gives a configuration file.
 */
public final class Culvert {

    private Culvert() {}

    /**
     * Begins a server that clients reach on all addresses of this machine.
     *
     * @param port where clients connect; 0 for any free one
     */
    public static ServerBuilder listen(int port) {
        return new ServerBuilder(":" + port);
    }

    /**
     * Starts a server from a file, without administration: no HTTP listens.
     *
     * @param file as for {@code culvert server}
     */
    public static TunnelServer listen(Path file) {
        var loaded = ServerFile.load(ConfigurationSources.file(file), null);
        TunnelServer server = new TunnelServer(loaded.value().toSettings(DataDirectory.temporary()), List.of());
        return ServerBuilder.started(server);
    }

    /**
     * Begins a client.
     *
     * @param server {@code host:port}
     */
    public static ClientBuilder connect(String server) {
        return new ClientBuilder(server);
    }

    /**
     * Starts a client from a file.
     *
     * @param file as for {@code culvert client}
     */
    public static TunnelClient connect(Path file) {
        var loaded = ClientFile.load(ConfigurationSources.file(file), null);
        TunnelClient client = new TunnelClient(loaded.value().settings(DataDirectory.temporary()), List.of());
        client.start();
        return client;
    }
}
