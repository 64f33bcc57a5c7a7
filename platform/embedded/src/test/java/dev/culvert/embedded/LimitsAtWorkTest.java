package dev.culvert.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientStatus.TunnelStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.embedded.Guests.Guest;
import dev.culvert.embedded.Guests.Kind;
import dev.culvert.engine.EngineContext;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.net.Sockets;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.server.ServerConfiguration;
import dev.culvert.server.ServerFile;
import dev.culvert.server.ServerMetrics;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Rights;
import dev.culvert.spi.Role;
import dev.culvert.spi.auth.CredentialIssuer;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.testkit.FreePort;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every limit, for every type of tunnel: at it all is well; one more is refused, sees what it should, and is counted with
 * its code; then there is room again. Others notice nothing.
 */
final class LimitsAtWorkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String HERE = "127.0.0.1";
    private static final int RATE = 200 * 1024;

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final Map<String, String> tokens = new HashMap<>();
    private final Map<String, TunnelClient> clients = new HashMap<>();
    private final int http = FreePort.any();
    private final int tls = FreePort.any();
    private Guests guests;
    private TunnelServer server;
    private Map<String, Object> sharedPort = Map.of();

    /** A limit of visitors, and the code with which one more is refused. */
    private enum Limit {
        TUNNEL("CLV-3017", "limited"),
        SOURCE("CLV-3018", "limited"),
        ACCOUNT("CLV-3016", "free"),
        SESSION("CLV-4008", "free");

        private final String code;

        /** Of which tunnel of the account the one more asks for it. */
        private final String tunnel;

        Limit(String code, String tunnel) {
            this.code = code;
            this.tunnel = tunnel;
        }

        Map<String, Object> keys() {
            return switch (this) {
                case TUNNEL -> Map.of("max_connections", 1);
                case SOURCE -> Map.of("max_connections_per_source", 1);
                case ACCOUNT, SESSION -> Map.of();
            };
        }

        Rights rights() {
            return this == ACCOUNT ? Rights.ALL.withStreams(1) : Rights.ALL;
        }

        /** The client's own stream is one of them. */
        Map<String, Object> multiplexer() {
            return this == SESSION ? Map.of("type", "yamux", "max_streams", 2) : Map.of("type", "yamux");
        }
    }

    static Stream<Arguments> limitsOfVisitors() {
        return Arrays.stream(Kind.values())
                .flatMap(kind -> Arrays.stream(Limit.values()).map(limit -> Arguments.of(kind, limit)));
    }

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @ParameterizedTest
    @MethodSource("limitsOfVisitors")
    void oneVisitorMoreIsRefusedUntilThereIsRoomAndOthersNoticeNothing(Kind kind, Limit limit) throws Exception {
        serve(Map.of("alice", limit.rights(), "bob", Rights.ALL), limit.multiplexer(), Map.of());
        client("alice", List.of(tunnel(kind, "limited", limit.keys()), tunnel(kind, "free", Map.of())));
        client("bob", List.of(tunnel(kind, "other", Map.of())));

        try (Guest first = guest(kind, HERE, "limited")) {
            assertThat(first.fate()).isEqualTo("served");

            try (Guest more = guest(kind, HERE, limit.tunnel)) {
                assertThat(more.fate()).isEqualTo(kind.refusal(limit.code));
            }

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(refused).hasSize(1));
            assertThat(refused.get(0)).startsWith(limit.tunnel + " " + limit.code + ": ");
            assertThat(count("culvert_visitors_refused", "alice", limit.code)).isEqualTo(1);
            if (limit == Limit.SOURCE) {
                assertServed(kind, "127.0.0.2", "limited");
            }
            if (limit.tunnel.equals("limited")) {
                assertServed(kind, HERE, "free");
            }
            assertServed(kind, HERE, "other");
            assertThat(first.say("still here")).isEqualTo("still here");
        }
        if (kind == Kind.UDP && limit == Limit.SESSION) {
            return; // a udp tunnel keeps its stream for the next flow
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertServed(kind, HERE, limit.tunnel));
    }

    @ParameterizedTest
    @EnumSource
    void oneTunnelMoreIsRefusedUntilThereIsRoom(Kind kind) throws Exception {
        serve(Map.of("alice", Rights.ALL.withTunnels(1), "bob", Rights.ALL), Map.of("type", "yamux"), Map.of());
        TunnelClient before =
                client("alice", List.of(tunnel(kind, "one", Map.of()), tunnel(kind, "two", Map.of())), false);
        client("bob", List.of(tunnel(kind, "other", Map.of())));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(before.status().tunnels())
                        .anyMatch(tunnel -> tunnel.reason().startsWith("CLV-3015"))
                        .anyMatch(tunnel -> !tunnel.endpoint().isEmpty()));
        TunnelStatus served = before.status().tunnels().stream()
                .filter(tunnel -> !tunnel.reason().startsWith("CLV-3015"))
                .findAny()
                .orElseThrow();
        assertServed(kind, HERE, served.name());
        assertServed(kind, HERE, "other");
        assertThat(count("culvert_tunnels_refused", "alice", "CLV-3015")).isEqualTo(1);

        before.close();
        await().atMost(PATIENCE).until(() -> server.clients().size() == 1);
        String other = served.name().equals("one") ? "two" : "one";
        client("alice", List.of(tunnel(kind, other, Map.of())));
        assertServed(kind, HERE, other);
    }

    @Test
    void oneSessionMoreIsRefusedUntilThereIsRoom() throws Exception {
        serve(Map.of("alice", Rights.ALL.withSessions(1), "bob", Rights.ALL), Map.of("type", "yamux"), Map.of());
        TunnelClient first = client("alice", List.of(tunnel(Kind.TCP, "one", Map.of())));

        TunnelClient second = client("alice", List.of(tunnel(Kind.TCP, "two", Map.of())), false);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(count("culvert_clients_refused", "main", "CLV-3019"))
                        .isPositive());
        client("bob", List.of(tunnel(Kind.TCP, "other", Map.of())));
        assertServed(Kind.TCP, HERE, "other");
        clients.put("alice", first);
        assertServed(Kind.TCP, HERE, "one");
        assertThat(second.ready().toCompletableFuture()).isNotDone();

        first.close();
        assertThat(second.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        clients.put("alice", second);
        assertServed(Kind.TCP, HERE, "two");
    }

    @Test
    void oneConnectionMoreThanTheServerTakesIsReset() throws Exception {
        // The listeners of clients, of http, of tls and of the tunnel, the client, and one visitor.
        serve(Map.of("alice", Rights.ALL), Map.of("type", "yamux"), Map.of("max_connections", 6));
        client("alice", List.of(tunnel(Kind.TCP, "one", Map.of())));
        assertThat(gauge("culvert_connections")).isEqualTo(5);

        try (Guest first = guest(Kind.TCP, HERE, "one")) {
            assertThat(first.fate()).isEqualTo("served");
            try (Guest more = guest(Kind.TCP, HERE, "one")) {
                assertThat(more.fate()).isEqualTo("reset");
            }
            assertThat(count("culvert_connections_refused", "CLV-4018")).isEqualTo(1);
            assertThat(first.say("still here")).isEqualTo("still here");
            assertThat(server.clients()).as("the session").hasSize(1);
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertServed(Kind.TCP, HERE, "one"));
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP", "TLS"})
    void aSourceHasSoManyConnectionsAtAPortThatTunnelsShare(Kind kind) throws Exception {
        sharedPort = Map.of("max_connections_per_source", 1);
        serve(Map.of("alice", Rights.ALL), Map.of("type", "yamux"), Map.of());
        client("alice", List.of(tunnel(kind, "one", Map.of()), tunnel(kind, "two", Map.of())));

        try (Guest first = guest(kind, HERE, "one")) {
            assertThat(first.fate()).isEqualTo("served");
            assertThat(fate(kind, "two")).isEqualTo("reset");
            assertThat(count("culvert_connections_refused", "CLV-3020")).isEqualTo(1);
            assertServed(kind, "127.0.0.2", "two");
            assertThat(first.say("still here")).isEqualTo("still here");
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertServed(kind, HERE, "two"));
    }

    @Test
    void aBandwidthHoldsEachWayAndForItsTunnelOnly() throws Exception {
        serve(Map.of("alice", Rights.ALL), Map.of("type", "yamux"), Map.of());
        List<Map<String, Object>> tunnels = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            tunnels.add(tunnel(kind, "limited-" + kind.type(), Map.of("bandwidth", RATE)));
            tunnels.add(tunnel(kind, "free-" + kind.type(), Map.of()));
        }
        client("alice", tunnels);

        List<CompletableFuture<Void>> transfers = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (boolean up : List.of(true, false)) {
                transfers.add(inThread(() -> transfer(kind, up)));
            }
        }
        for (Kind kind : Kind.values()) {
            assertServed(kind, HERE, "free-" + kind.type());
        }
        transfers.forEach(CompletableFuture::join);
        for (Kind kind : List.of(Kind.TCP, Kind.HTTP, Kind.TLS)) {
            assertThat(count("culvert_throttled_seconds", "alice", "limited-" + kind.type()))
                    .isBetween(2.0, 10.0);
            assertThat(count("culvert_throttled_seconds", "alice", "free-" + kind.type()))
                    .isZero();
        }
    }

    // What was saved up (a quarter of a second's worth) goes at once, and after the last read nothing waits.
    private void transfer(Kind kind, boolean up) throws Exception {
        int amount = 3 * RATE;
        try (Guest guest = guest(kind, HERE, "limited-" + kind.type())) {
            assertThat(guest.fate()).isEqualTo("served");
            long began = System.nanoTime();
            int arrived = up ? guest.send(amount) : guest.fetch(amount);
            double seconds = (System.nanoTime() - began) / 1e9;

            double most = RATE * (seconds + 0.25) + (kind == Kind.UDP ? 2_000 : 128 * 1024);
            assertThat((double) arrived)
                    .as("%s, up %s, in %s s", kind, up, seconds)
                    .isLessThan(most);
            if (kind == Kind.UDP) {
                assertThat(arrived).as("%s, up %s, in %s s", kind, up, seconds).isGreaterThan(RATE / 8);
            } else {
                assertThat(arrived).isEqualTo(amount);
                assertThat(seconds).isLessThan(15);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "HTTP", "TLS"})
    void aTunnelPausedOnEitherEndKeepsItsEndpoint(Kind kind) throws Exception {
        serve(Map.of("alice", Rights.ALL), Map.of("type", "yamux"), Map.of());
        TunnelClient client = client("alice", List.of(tunnel(kind, "web", Map.of()), tunnel(kind, "free", Map.of())));
        for (boolean onServer : List.of(true, false)) {
            pause(client, onServer, true);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(fate(kind, "web"))
                            .isEqualTo(kind == Kind.HTTP ? "503 CLV-3025" : kind.refusal("CLV-3025")));
            assertThat(server.clients().get(0).tunnels())
                    .filteredOn(tunnel -> tunnel.name().equals("web"))
                    .allSatisfy(tunnel -> {
                        assertThat(tunnel.state()).isEqualTo(TunnelState.PAUSED);
                        assertThat(tunnel.endpoint()).isNotEmpty();
                    })
                    .hasSize(1);
            assertThat(server.endpoints()).isEqualTo(2);
            assertThat(count("culvert_visitors_refused", "alice", "CLV-3025")).isPositive();
            assertServed(kind, HERE, "free");

            pause(client, onServer, false);
            await().atMost(PATIENCE).untilAsserted(() -> assertServed(kind, HERE, "web"));
        }
    }

    private void pause(TunnelClient client, boolean onServer, boolean paused) {
        if (onServer) {
            server.pause("web", paused);
        } else {
            client.pause("web", paused);
        }
    }

    // --- what the tests are made of

    private void serve(Map<String, Rights> accounts, Map<String, Object> multiplexer, Map<String, Object> keys)
            throws Exception {
        guests = closing(new Guests(() -> refused.size()));
        var sources = ConfigurationSources.none()
                .flag(
                        "test",
                        "listen",
                        List.of(Map.of("bind", "127.0.0.1:0", "transport", "plain", "multiplexer", multiplexer)))
                .flag("test", "auth", List.of(Map.of("type", "token")))
                .flag(
                        "test",
                        "protocol",
                        List.of(
                                Map.of("type", "tcp", "bind", HERE),
                                Map.of("type", "udp", "bind", HERE),
                                Map.of("type", "http", "bind", HERE + ":" + http, "limits", sharedPort),
                                and(Map.of("type", "tls", "bind", HERE + ":" + tls), sharedPort)));
        for (Map.Entry<String, Object> key : keys.entrySet()) {
            sources = sources.flag("test", key.getKey(), key.getValue());
        }
        ServerConfiguration configuration = ServerFile.load(sources, null).value();
        try (EngineContext context = new EngineContext(Role.SERVER, directory, Sockets.open("nio", 1), warning -> {})) {
            accounts.forEach((account, rights) -> tokens.put(
                    account,
                    ((CredentialIssuer) configuration.auth().get(0))
                            .enroll(new IssueRequest(account, null, null, null, rights), context)
                            .secret()
                            .reveal()));
        }
        server = closing(new TunnelServer(
                configuration.toSettings(directory),
                List.of(new ServerMetrics(metrics, () -> server), new SessionListener() {
                    @Override
                    public void visitorRefused(VisitorEvent visitor) {
                        refused.add(visitor.tunnel() + " " + visitor.reason());
                    }
                })));
        server.start();
    }

    private Map<String, Object> tunnel(Kind kind, String name, Map<String, Object> keys) {
        Map<String, Object> tunnel = new LinkedHashMap<>(keys);
        tunnel.put("type", kind.type());
        tunnel.put("name", name);
        tunnel.put("local", guests.service(kind));
        tunnel.put("probe", false);
        if (kind == Kind.HTTP || kind == Kind.TLS) {
            tunnel.put("host", host(name));
        } else if (kind == Kind.UDP) {
            tunnel.put("idle_timeout", "1s"); // so long a flow is there
        }
        return tunnel;
    }

    private static Map<String, Object> and(Map<String, Object> keys, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(keys);
        all.putAll(more);
        return all;
    }

    private TunnelClient client(String account, List<Map<String, Object>> tunnels) {
        return client(account, tunnels, true);
    }

    private TunnelClient client(String account, List<Map<String, Object>> tunnels, boolean ready) {
        var sources = ConfigurationSources.none()
                .flag(
                        "test",
                        "server",
                        HERE + ":" + server.addresses().get("main").getPort())
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", tokens.get(account))))
                .flag("test", "tunnel", tunnels);
        TunnelClient client =
                closing(new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of()));
        client.start();
        clients.put(account, client);
        if (ready) {
            assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        }
        return client;
    }

    private static String host(String name) {
        return name + ".example.com";
    }

    private Guest guest(Kind kind, String from, String tunnel) throws Exception {
        int port = kind == Kind.HTTP ? http : kind == Kind.TLS ? tls : port(tunnel);
        return guests.guest(kind, from, port, host(tunnel));
    }

    private int port(String tunnel) {
        return clients.values().stream()
                .flatMap(client -> client.status().tunnels().stream())
                .filter(status -> status.name().equals(tunnel))
                .mapToInt(status -> Endpoint.parse(status.endpoint()).port())
                .findAny()
                .orElseThrow();
    }

    private void assertServed(Kind kind, String from, String tunnel) throws Exception {
        try (Guest guest = guest(kind, from, tunnel)) {
            assertThat(guest.fate()).as("%s of %s from %s", kind, tunnel, from).isEqualTo("served");
        }
    }

    private String fate(Kind kind, String tunnel) throws Exception {
        try (Guest guest = guest(kind, HERE, tunnel)) {
            return guest.fate();
        }
    }

    /** What a counter has for labels that have all of these values. */
    private double count(String name, String... values) {
        double sum = 0;
        for (MetricSnapshot metric : metrics.scrape(name::equals)) {
            for (var point : ((CounterSnapshot) metric).getDataPoints()) {
                sum += valuesOf(point.getLabels()).containsAll(List.of(values)) ? point.getValue() : 0;
            }
        }
        return sum;
    }

    private double gauge(String name) {
        return ((GaugeSnapshot) metrics.scrape(name::equals).iterator().next())
                .getDataPoints()
                .get(0)
                .getValue();
    }

    private static List<String> valuesOf(Labels labels) {
        return labels.stream().map(Label::getValue).toList();
    }

    private interface Task {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> inThread(Task task) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        task.run();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                command -> new Thread(command).start());
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }
}
