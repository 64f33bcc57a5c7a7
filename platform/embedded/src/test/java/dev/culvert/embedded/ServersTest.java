package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientEnd;
import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientStatus.TunnelStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.server.ServerFile;
import dev.culvert.server.TunnelServer;
import dev.culvert.testkit.EchoService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of several servers that do not agree about it. */
final class ServersTest {

    private static final String TOKEN = "clv_alice_1veZfLWY3H65l3FkXhtpaLK_bK0eq1jA-2W1XbxdcKM";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Who a server knows the client for. */
    private enum Known {
        /** By a token that may do everything. */
        WELL,
        /** By a token without a right to the tunnel. */
        WITHOUT_RIGHTS,
        /** Not at all. */
        NOT
    }

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();

    @AfterEach
    void closeAll() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatRefusesTheTunnelDoesNotEndAClientThatAnotherMayServe(boolean refusedFirst) throws Exception {
        Gate takes = gate(Known.WELL);
        Gate refuses = gate(Known.WITHOUT_RIGHTS);
        (refusedFirst ? takes : refuses).become(Gate.Way.SILENT, target(refusedFirst ? takes : refuses));
        TunnelClient client = client("all", takes, refuses);

        if (refusedFirst) {
            await().atMost(PATIENCE).until(() -> at(client, refuses).state() == TunnelState.REFUSED);
            assertThat(client.ended().toCompletableFuture()).isNotDone();
            takes.become(Gate.Way.OPEN, target(takes));
        } else {
            await().atMost(PATIENCE).until(() -> at(client, takes).state() == TunnelState.READY);
            refuses.become(Gate.Way.OPEN, target(refuses));
        }

        await().atMost(PATIENCE).until(() -> at(client, refuses).state() == TunnelState.REFUSED);
        await().atMost(PATIENCE).until(() -> at(client, takes).state() == TunnelState.READY);
        assertThat(at(client, refuses).reason()).startsWith("CLV-3004");
        assertServed(at(client, takes));
        assertThat(client.ended().toCompletableFuture()).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void norDoesOneThatDoesNotKnowItsCredential(boolean refusedFirst) throws Exception {
        Gate takes = gate(Known.WELL);
        Gate refuses = gate(Known.NOT);
        (refusedFirst ? takes : refuses).become(Gate.Way.SILENT, target(refusedFirst ? takes : refuses));
        TunnelClient client = client("all", refuses, takes);

        if (!refusedFirst) {
            await().atMost(PATIENCE).until(() -> at(client, takes).state() == TunnelState.READY);
            refuses.become(Gate.Way.OPEN, target(refuses));
        }
        await().atMost(PATIENCE).until(() -> at(client, refuses).reason().startsWith("CLV-2001"));
        assertThat(client.ended().toCompletableFuture()).isNotDone();
        takes.become(Gate.Way.OPEN, target(takes));

        await().atMost(PATIENCE).until(() -> at(client, takes).state() == TunnelState.READY);
        assertServed(at(client, takes));
        assertThat(at(client, refuses).state()).isEqualTo(TunnelState.CONNECTING);
        assertThat(client.ended().toCompletableFuture()).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenAllRefuseItEndsByWhatTheFirstOfTheFileSaidWhoeverSaidItFirst(boolean inOrder) throws Exception {
        Gate one = gate(Known.WITHOUT_RIGHTS);
        Gate two = gate(Known.NOT);
        Gate later = inOrder ? two : one;
        later.become(Gate.Way.SILENT, target(later));
        TunnelClient client = client("all", one, two);

        if (inOrder) {
            await().atMost(PATIENCE).until(() -> at(client, one).reason().startsWith("CLV-3004"));
        } else {
            await().atMost(PATIENCE).until(() -> at(client, two).reason().startsWith("CLV-2001"));
        }
        assertThat(client.ended().toCompletableFuture()).isNotDone();
        later.become(Gate.Way.OPEN, target(later));

        assertThat(client.ended().toCompletableFuture())
                .succeedsWithin(PATIENCE)
                .satisfies(end -> {
                    assertThat(end.kind()).isEqualTo(ClientEnd.Kind.TUNNEL_REFUSED);
                    assertThat(end.cause()).hasMessageStartingWith("CLV-3004");
                });
    }

    @Test
    void ofServersThatStandInForEachOtherTheFirstThatAnswersDecides() throws Exception {
        Gate down = gate(Known.WELL);
        down.close();
        Gate refuses = gate(Known.WITHOUT_RIGHTS);
        Gate takes = gate(Known.WELL);

        TunnelClient refused = client("failover", down, refuses, takes);

        assertThat(refused.ended().toCompletableFuture())
                .succeedsWithin(PATIENCE)
                .satisfies(end -> assertThat(end.kind()).isEqualTo(ClientEnd.Kind.TUNNEL_REFUSED));
        assertThat(takes.seen()).isZero();

        TunnelClient served = client("failover", down, takes, refuses);

        assertThat(served.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        assertServed(served.status().tunnels().get(0));
        assertThat(served.status().tunnels().get(0).server()).isEqualTo(takes.address());
    }

    private final Map<Gate, InetSocketAddress> targets = new LinkedHashMap<>();

    private Gate gate(Known known) throws IOException {
        Map<String, Object> token = new LinkedHashMap<>(Map.of(
                "name",
                "alice",
                "verifier",
                "SCRAM-SHA-256$4096:ywOob0SB74xOkb8NbcOc5A==$KJ41LB2N4xB9pOayZzVI5FSE5Lo7sp0A8LeNAGBG1D8="
                        + ":MNRgwA5AdpCkyQmC8zGsefPFwnbrvTT51XFYkYVlohw="));
        if (known == Known.WITHOUT_RIGHTS) {
            token.put("names", List.of("other*"));
        }
        Map<String, Object> auth = known == Known.NOT
                ? Map.of("type", "token", "token", "0123456789abcdef0123456789abcdef")
                : Map.of("type", "token", "tokens", List.of(token));
        var sources = ConfigurationSources.none()
                .flag("test", "listen", List.of(Map.of("bind", "127.0.0.1:0", "transport", "plain")))
                .flag("test", "auth", List.of(auth));
        TunnelServer server =
                closing(new TunnelServer(ServerFile.load(sources, null).value().toSettings(directory), List.of()));
        server.start();
        InetSocketAddress address = server.addresses().get("main");
        Gate gate = closing(Gate.of(Gate.Way.OPEN, address));
        targets.put(gate, address);
        return gate;
    }

    private InetSocketAddress target(Gate gate) {
        return targets.get(gate);
    }

    private TunnelClient client(String mode, Gate... servers) throws IOException {
        EchoService service = closing(EchoService.start());
        var sources = ConfigurationSources.none()
                .flag(
                        "test",
                        "server",
                        List.of(servers).stream().map(Gate::address).toList())
                .flag("test", "servers_mode", mode)
                .flag("test", "transport", "plain")
                .flag("test", "max_interval", "1s")
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
        TunnelClient client =
                closing(new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of()));
        client.start();
        return client;
    }

    private static TunnelStatus at(TunnelClient client, Gate server) {
        return client.status().tunnels().stream()
                .filter(tunnel -> tunnel.server().equals(server.address()))
                .findFirst()
                .orElseThrow();
    }

    private static void assertServed(TunnelStatus tunnel) throws IOException {
        try (Socket visitor =
                new Socket("127.0.0.1", URI.create(tunnel.endpoint()).getPort())) {
            visitor.setSoTimeout((int) PATIENCE.toMillis());
            visitor.getOutputStream().write("hello".getBytes(UTF_8));
            assertThat(visitor.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(UTF_8));
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }
}
