package dev.culvert.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientEnd;
import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientObserver;
import dev.culvert.client.TransportStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client does where the network does not let it through as it would like. */
final class FallbackTest {

    private static final String TOKEN = "a token of more than sixteen bytes";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final List<String> retries = new CopyOnWriteArrayList<>();
    private final List<String> chosen = new CopyOnWriteArrayList<>();
    private InetSocketAddress server;

    @BeforeEach
    void start() {
        server = server(TOKEN);
    }

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void theFirstThatLeadsToALoginIsTakenAndTheOthersSayWhyNot() throws Exception {
        Gate silent = gate(Gate.Way.SILENT);
        Gate portal = gate(Gate.Way.PORTAL);
        Gate open = gate(Gate.Way.OPEN);
        Gate last = gate(Gate.Way.OPEN);

        TunnelClient client = client(Map.of(), silent, portal, open, last);

        ready(client);
        TransportStatus transport = client.status().transport();
        assertThat(transport.transport()).isEqualTo("plain");
        assertThat(transport.server()).isEqualTo(open.address());
        assertThat(transport.why()).isEqualTo("those listed before it were rejected");
        assertThat(transport.rejected())
                .extracting(TransportStatus.Rejected::server)
                .containsExactly(silent.address(), portal.address());
        assertThat(transport.rejected().get(0).reason())
                .isEqualTo("CLV-4003: no login at " + silent.address() + " within 500 ms.");
        assertThat(transport.rejected().get(1).reason()).startsWith("CLV-40");
        assertThat(client.status().sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.transport()).isEqualTo("plain"));
        assertThat(client.status().state()).isEqualTo("connected");
        assertThat(chosen).containsExactly(open.address());
        assertThat(last.seen()).isZero();
    }

    @Test
    void theOneThatWorkedIsTriedFirstWhenTheConnectionIsLost() throws Exception {
        Gate silent = gate(Gate.Way.SILENT);
        Gate open = gate(Gate.Way.OPEN);
        TunnelClient client = client(Map.of(), silent, open);
        ready(client);

        open.become(Gate.Way.OPEN, server);

        await().atMost(PATIENCE).until(() -> chosen.size() == 2);
        assertThat(chosen).containsExactly(open.address(), open.address());
        assertThat(silent.seen()).isOne();
    }

    @Test
    void afterAWhileItBeginsFromTheTop() throws Exception {
        Gate first = gate(Gate.Way.SILENT);
        Gate second = gate(Gate.Way.OPEN);
        TunnelClient client = client(Map.of("remember_transport", "0s"), first, second);
        ready(client);
        assertThat(chosen).containsExactly(second.address());

        first.become(Gate.Way.OPEN, server);
        second.become(Gate.Way.OPEN, server);

        await().atMost(PATIENCE).until(() -> chosen.size() == 2);
        assertThat(chosen).containsExactly(second.address(), first.address());
        assertThat(client.status().transport().why()).isEqualTo("the first one listed");
        assertThat(client.status().transport().rejected()).isEmpty();
    }

    @Test
    void whenTheOneThatWorkedFailsTheOthersGetTheirTurn() throws Exception {
        Gate first = gate(Gate.Way.SILENT);
        Gate second = gate(Gate.Way.OPEN);
        TunnelClient client = client(Map.of(), first, second);
        ready(client);

        first.become(Gate.Way.OPEN, server);
        second.become(Gate.Way.SILENT, server);

        await().atMost(PATIENCE).until(() -> chosen.size() == 2);
        assertThat(client.status().transport().server()).isEqualTo(first.address());
        assertThat(client.status().transport().rejected())
                .extracting(TransportStatus.Rejected::server)
                .containsExactly(second.address());
    }

    @Test
    void aRefusedLoginIsAnAnswerAndNotAReasonToTryAnotherWay() throws Exception {
        Gate strange = closing(Gate.of(Gate.Way.OPEN, server("another token of that length")));
        Gate open = gate(Gate.Way.OPEN);

        TunnelClient client = client(Map.of(), strange, open);

        await().atMost(PATIENCE)
                .until(() -> client.ended().toCompletableFuture().isDone());
        ClientEnd end = client.ended().toCompletableFuture().join();
        assertThat(end.kind()).isEqualTo(ClientEnd.Kind.NOT_AUTHENTICATED);
        assertThat(end.cause()).hasMessageStartingWith("CLV-2001");
        assertThat(open.seen()).isZero();
    }

    @Test
    void aClientThatIsToldToKeepTryingOutlivesARefusedFirstLogin() throws Exception {
        Gate gate = closing(Gate.of(Gate.Way.OPEN, server("another token of that length")));
        TunnelClient client = client(Map.of("exit_on_refusal", false, "max_interval", "200ms"), gate);
        await().atMost(PATIENCE).until(() -> retries.size() >= 2);
        assertThat(client.status().state()).isEqualTo("retrying");
        assertThat(client.status().reason()).startsWith("CLV-2001");

        gate.become(Gate.Way.OPEN, server);

        ready(client);
    }

    @Test
    void aCaptivePortalNeverEndsAClient() throws Exception {
        Gate first = gate(Gate.Way.PORTAL);
        Gate second = gate(Gate.Way.PORTAL);
        TunnelClient client = client(Map.of("max_interval", "200ms"), first, second);
        await().atMost(PATIENCE).until(() -> retries.size() >= 3);
        assertThat(retries)
                .allSatisfy(retry -> assertThat(retry)
                        .startsWith("CLV-4020: no transport leads to a login: plain to " + first.address() + ": CLV-40")
                        .contains("plain to " + second.address()));

        second.become(Gate.Way.OPEN, server);
        ready(client);
        second.become(Gate.Way.PORTAL, server);
        int before = retries.size();
        await().atMost(PATIENCE).until(() -> retries.size() >= before + 3);

        assertThat(client.ended().toCompletableFuture()).isNotDone();
        first.become(Gate.Way.OPEN, server);
        await().atMost(PATIENCE).until(() -> client.status().isConnected());
    }

    @Test
    void severalSessionsSayWhichWayEachTook() throws Exception {
        Gate silent = gate(Gate.Way.SILENT);
        Gate open = gate(Gate.Way.OPEN);

        TunnelClient client = client(Map.of("connections", 2), silent, open);

        await().atMost(PATIENCE).until(() -> client.status().sessions().size() == 2);
        assertThat(silent.seen()).isOne();
        assertThat(open.seen()).isEqualTo(2);
    }

    private TunnelClient client(Map<String, Object> keys, Gate... gates) throws IOException {
        var sources = ConfigurationSources.none()
                .flag("test", "server", "127.0.0.1:1")
                .flag("test", "transport_timeout", "500ms")
                .flag(
                        "test",
                        "transport",
                        Stream.of(gates)
                                .map(gate -> Map.of("type", "plain", "server", gate.address()))
                                .toList())
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", List.of(Map.of("type", "tcp", "name", "web", "local", "127.0.0.1:1")));
        for (Map.Entry<String, Object> key : new ArrayList<>(keys.entrySet())) {
            sources = sources.flag("test", key.getKey(), key.getValue());
        }
        var settings = ClientFile.load(sources, null).value().settings(directory);
        TunnelClient client = closing(new TunnelClient(settings, List.of(new Watch())));
        client.start();
        return client;
    }

    private static void ready(TunnelClient client) {
        assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
    }

    private InetSocketAddress server(String token) {
        TunnelServer made = Culvert.listen(0)
                .bind("127.0.0.1:0")
                .plain()
                .token(token)
                .dataDirectory(directory.resolve("server" + this.made.size()))
                .start();
        return closing(made).addresses().get("main");
    }

    private Gate gate(Gate.Way way) throws IOException {
        return closing(Gate.of(way, server));
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }

    /** Keeps what a person would be told. */
    private final class Watch implements ClientObserver {

        @Override
        public void transport(TransportStatus transport) {
            chosen.add(transport.server());
        }

        @Override
        public void retrying(String server, CulvertException cause, Duration pause) {
            retries.add(cause.getMessage());
        }
    }
}
