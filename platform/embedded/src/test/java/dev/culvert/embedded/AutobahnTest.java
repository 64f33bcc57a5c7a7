package dev.culvert.embedded;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.culvert.client.ClientFile;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.ServerFile;
import dev.culvert.server.TunnelServer;
import dev.culvert.testkit.AutobahnSuite;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A visitor's WebSocket through an http tunnel is the service's own. */
@Tag("slow")
final class AutobahnTest {

    // The tunnel passes bytes on: what is refused, what ends and how, and what is large.
    private static final List<String> QUICK = List.of(
            "1.1.*", "2.*", "3.1", "5.1", "5.15", "6.3.*", "7.1.*", "7.3.*", "7.5.1", "7.7.1", "7.9.1", "9.7.1",
            "10.*");
    private static final int LEAST = 35;
    private static final String TOKEN = "a token of more than sixteen bytes";

    @TempDir
    private Path directory;

    @Test
    void noCaseFailsAServiceBehindATunnel() throws Exception {
        Channel service = EchoOfMessages.listen();
        try (TunnelServer server = server();
                TunnelClient client = client(server, service)) {
            URI endpoint = URI.create(client.status().tunnels().get(0).endpoint());
            AutobahnSuite.in(directory, QUICK)
                    .assertPasses(URI.create("ws://" + endpoint.getHost() + ":" + endpoint.getPort() + "/"), LEAST);
        } finally {
            service.close().syncUninterruptibly();
        }
    }

    private TunnelServer server() {
        var sources = ConfigurationSources.none()
                .flag("test", "listen", List.of(Map.of("name", "main", "bind", "127.0.0.1:0", "transport", "plain")))
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "protocol", List.of(Map.of("type", "http", "bind", "127.0.0.1:0")));
        TunnelServer server =
                new TunnelServer(ServerFile.load(sources, null).value().toSettings(directory), List.of());
        server.start();
        return server;
    }

    private TunnelClient client(TunnelServer server, Channel service) throws Exception {
        int local = ((InetSocketAddress) service.localAddress()).getPort();
        var sources = ConfigurationSources.none()
                .flag(
                        "test",
                        "server",
                        "127.0.0.1:" + server.addresses().get("main").getPort())
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", List.of(Map.of("type", "http", "name", "web", "host", "web", "local", local)));
        TunnelClient client =
                new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of());
        client.start();
        client.ready().toCompletableFuture().get(20, SECONDS);
        return client;
    }
}
