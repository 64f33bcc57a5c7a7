package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientObserver;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.testkit.EchoService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client does and tells beside its tunnels. */
final class ClientTest {

    private static final String TOKEN = "a token of more than sixteen bytes";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final List<String> accounts = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void aPortThatTheServerPickedAndAnotherProgramHasByNowIsMadeUpForAtOnce() throws Exception {
        TunnelServer first = server();
        Gate gate = closing(Gate.of(Gate.Way.OPEN, first.addresses().get("main")));
        TunnelClient client = client(gate);
        int picked = port(client);
        first.close();
        closing(new ServerSocket(picked, 1, InetAddress.getByName("0.0.0.0")));

        gate.become(Gate.Way.OPEN, server().addresses().get("main"));

        // Its longest interval is ten minutes.
        await().atMost(PATIENCE).until(() -> isOpen(client) && port(client) != picked);
    }

    @Test
    void itsEventsCarryTheAccountThatTheServerKnowsItBy() throws Exception {
        Gate gate = closing(Gate.of(Gate.Way.OPEN, server().addresses().get("main")));
        TunnelClient client = client(gate);

        try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port(client))) {
            visitor.getOutputStream().write("hello".getBytes(UTF_8));
            assertThat(visitor.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
        }

        await().atMost(PATIENCE).until(() -> accounts.size() == 2);
        assertThat(accounts).containsExactly("session default of laptop", "visitor default");
    }

    private TunnelServer server() {
        return closing(Culvert.listen(0)
                .bind("127.0.0.1:0")
                .plain()
                .token(TOKEN)
                .dataDirectory(directory.resolve("server" + made.size()))
                .start());
    }

    private TunnelClient client(Gate gate) throws IOException {
        EchoService service = closing(EchoService.start());
        var sources = ConfigurationSources.none()
                .flag("test", "server", gate.address())
                .flag("test", "transport", "plain")
                .flag("test", "client_id", "laptop")
                .flag("test", "max_interval", "10m")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag(
                        "test",
                        "tunnel",
                        List.of(Map.of(
                                "type",
                                "tcp",
                                "name",
                                "web",
                                "local",
                                service.address().toString())));
        var settings = ClientFile.load(sources, null).value().settings(directory);
        TunnelClient client = closing(new TunnelClient(settings, List.of(new Watch())));
        client.start();
        assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        return client;
    }

    private static boolean isOpen(TunnelClient client) {
        return client.status().tunnels().get(0).endpoint().startsWith("tcp:");
    }

    private static int port(TunnelClient client) {
        return URI.create(client.status().tunnels().get(0).endpoint()).getPort();
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }

    /** Keeps whose events these are. */
    private final class Watch implements ClientObserver {

        @Override
        public void connected(SessionEvent session) {
            accounts.add("session " + session.principal().account() + " of "
                    + session.principal().clientId());
        }

        @Override
        public void visitorOpened(VisitorEvent visitor) {
            accounts.add("visitor " + visitor.account());
        }
    }
}
