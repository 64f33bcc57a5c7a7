package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientObserver;
import dev.culvert.client.ClientSettings;
import dev.culvert.client.ClientStatus.TunnelStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.server.ServerFile;
import dev.culvert.server.ServerSettings;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.TunnelEvent;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that runs takes over what is new, and nothing else notices. */
class ReloadTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String OTHER_TOKEN = "fedcba9876543210fedcba9876543210";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private EchoService service;

    @BeforeEach
    void service() throws IOException {
        service = closing(EchoService.start());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : made) {
            one.close();
        }
    }

    @Test
    void aClientOpensWhatIsNewClosesWhatIsGoneAndLeavesTheRest() throws Exception {
        TunnelServer server = server();
        TunnelClient client = client(server, tunnel("stays", 0), tunnel("goes", 0));
        String session = server.clients().get(0).session();
        int stays = port(client, "stays");
        int goes = port(client, "goes");
        try (Socket visitor = visit(stays);
                Socket last = visit(goes)) {
            assertThat(say(visitor, "before")).isEqualTo("before");
            assertThat(say(last, "before")).isEqualTo("before");

            var plan = client.reload(settings(server, tunnel("stays", 0), tunnel("comes", 0)));

            assertThat(plan.added()).containsExactly("tunnel \"comes\"");
            assertThat(plan.removed()).containsExactly("tunnel \"goes\"");
            assertThat(plan.changed()).isEmpty();
            assertThat(plan.restart()).isEmpty();
            await().atMost(PATIENCE).until(() -> isOpen(client, "comes"));
            try (Socket fresh = visit(port(client, "comes"))) {
                assertThat(say(fresh, "hello")).isEqualTo("hello");
            }
            await().atMost(PATIENCE).until(() -> isRefused(goes));
            assertThat(say(visitor, "after")).isEqualTo("after");
            assertThat(say(last, "after")).isEqualTo("after");
        }
        assertThat(port(client, "stays")).isEqualTo(stays);
        assertThat(server.clients()).extracting(one -> one.session()).containsExactly(session);
    }

    @Test
    void aTunnelWhoseServiceMovesKeepsItsEndpointAndItsStreams() throws Exception {
        TunnelServer server = server();
        TunnelClient client = client(server, tunnel("web", 0));
        int port = port(client, "web");
        EchoService moved = closing(EchoService.start());
        Map<String, Object> newer = tunnel("web", 0);
        newer.put("local", moved.address().toString());
        try (Socket before = visit(port)) {
            assertThat(say(before, "before")).isEqualTo("before");

            assertThat(client.reload(settings(server, newer)).changed()).containsExactly("tunnel \"web\"");

            assertThat(port(client, "web")).isEqualTo(port);
            try (Socket after = visit(port)) {
                assertThat(say(after, "after")).isEqualTo("after");
                assertThat(moved.connections()).isPositive();
            }
            assertThat(say(before, "still")).isEqualTo("still");
        }
    }

    @Test
    void aTunnelThatAsksForSomethingElseIsOpenedAnewOnItsPort() throws Exception {
        TunnelServer server = server();
        int port = FreePort.any();
        TunnelClient client = client(server, tunnel("web", port));
        Map<String, Object> newer = tunnel("web", port);
        newer.put("when_absent", "wait");
        newer.put("deny", List.of("127.0.0.1"));

        client.reload(settings(server, newer));

        await().atMost(PATIENCE).until(() -> isOpen(client, "web") && !isServed(port));
        newer.remove("deny");
        client.reload(settings(server, newer));
        await().atMost(PATIENCE).until(() -> isServed(port));
    }

    @Test
    void otherLimitsCountAtOnceAndNeitherTheEndpointNorItsVisitorsNotice() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        TunnelServer server = server(new SessionListener() {
            @Override
            public void tunnelOpened(TunnelEvent tunnel) {
                told.add("opened");
            }

            @Override
            public void tunnelClosed(TunnelEvent tunnel) {
                told.add("closed");
            }
        });
        byte[] block = new byte[1024 * 1024];
        int blocks = 32; // five minutes at the first bandwidth
        new Random(1).nextBytes(block);
        Map<String, Object> limited = tunnel("web", 0);
        limited.put("local", "127.0.0.1:" + sending(block, blocks).getLocalPort());
        limited.put("bandwidth", 100 * 1024);
        limited.put("probe", false);
        TunnelClient client = client(server, limited);
        int port = port(client, "web");
        try (Socket visitor = visit(port)) {
            visitor.getInputStream().readNBytes(1);
            limited.put("bandwidth", 1_000_000_000);
            limited.put("max_connections", 1);

            assertThat(client.reload(settings(server, limited)).changed()).containsExactly("tunnel \"web\"");

            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(first(port)).as("one visitor is there").isEmpty());
            byte[] rest = visitor.getInputStream().readNBytes(block.length - 1);
            assertThat(Arrays.equals(rest, 0, rest.length, block, 1, block.length))
                    .isTrue();
            for (int i = 1; i < blocks; i++) {
                assertThat(Arrays.equals(visitor.getInputStream().readNBytes(block.length), block))
                        .as("block %d", i)
                        .isTrue();
            }
            assertThat(visitor.getInputStream().read()).isEqualTo(-1);
        }
        await().atMost(PATIENCE).until(() -> first(port).isPresent());
        limited.put("deny", List.of("127.0.0.0/8"));
        client.reload(settings(server, limited));
        await().atMost(PATIENCE).until(() -> first(port).isEmpty());
        assertThat(told).containsExactly("opened");
        assertThat(port(client, "web")).isEqualTo(port);
    }

    @Test
    void aServerThatTakesNoConnectionsHasNoTunnelThatIsReady() throws Exception {
        var sources = serverSources(List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "max_connections", 2); // the listener of clients, and one client
        TunnelServer server =
                started(new TunnelServer(ServerFile.load(sources, null).value().toSettings(directory), List.of()));
        TunnelClient client = client(server, tunnel("web", 0));

        await().atMost(PATIENCE)
                .until(() -> server.clients().get(0).tunnels().get(0).state() == TunnelState.DEGRADED);
        assertThat(server.clients().get(0).tunnels().get(0).reason())
                .startsWith("CLV-3030: the server does not take a connection at 127.0.0.1:" + port(client, "web"));
        assertThat(state(client, "web")).isEqualTo(TunnelState.REGISTERED);
        assertThat(service.connections()).isZero();
    }

    @Test
    void settingsThatDoNotFitChangeNothing() throws Exception {
        TunnelServer server = server();
        TunnelClient client = client(server, tunnel("web", 0));
        int port = port(client, "web");
        Map<String, Object> broken = tunnel("broken", 0);
        broken.remove("local");

        assertThatThrownBy(() -> client.reload(settings(server, tunnel("other", 0), broken)))
                .isInstanceOf(CulvertException.class)
                .hasMessageStartingWith("CLV-1004");

        assertThat(client.status().tunnels()).extracting(TunnelStatus::name).containsExactly("web");
        assertThat(isServed(port)).isTrue();
    }

    @Test
    void whatCountsOnlyAfterARestartIsSaidEachTime() throws Exception {
        TunnelServer server = server();
        TunnelClient client = client(server, tunnel("web", 0));
        ClientSettings newer = clientSettings(
                server, Map.of("connections", 3, "transport", List.of("tls"), "max_interval", "5s"), tunnel("web", 0));

        assertThat(client.plan(newer).restart()).containsExactly("transport", "connections", "max_interval");
        assertThat(client.reload(newer).restart()).containsExactly("transport", "connections", "max_interval");
        assertThat(client.reload(newer).restart()).containsExactly("transport", "connections", "max_interval");
        assertThat(client.reload(settings(server, tunnel("web", 0))).isEmpty()).isTrue();
    }

    @Test
    void aPausedTunnelKeepsItsEndpointOnEitherEnd() throws Exception {
        TunnelServer server = server();
        TunnelClient client = client(server, tunnel("web", 0));
        int port = port(client, "web");
        try (Socket before = visit(port)) {
            assertThat(say(before, "before")).isEqualTo("before");

            server.pause("web", true);
            assertThat(isServed(port)).isFalse();
            assertThat(server.clients().get(0).tunnels().get(0).state()).isEqualTo(TunnelState.PAUSED);
            assertThat(say(before, "open")).isEqualTo("open");
            server.pause("default/web", false);
            assertThat(isServed(port)).isTrue();

            client.pause("web", true);
            await().atMost(PATIENCE).until(() -> !isServed(port));
            assertThat(state(client, "web")).isEqualTo(TunnelState.PAUSED);
            client.pause("web", false);
            await().atMost(PATIENCE).until(() -> isServed(port));
        }
        assertThatThrownBy(() -> server.pause("nobody", true)).hasMessageStartingWith("CLV-3026");
        assertThatThrownBy(() -> client.pause("nobody", true)).hasMessageStartingWith("CLV-3026");
    }

    @Test
    void aTunnelIsReadyWhenItsServiceHasBeenReachedAndNotBefore() throws Exception {
        TunnelServer server = server();
        int local = FreePort.any();
        Map<String, Object> tunnel = tunnel("web", 0);
        tunnel.put("local", "127.0.0.1:" + local);
        TunnelClient client = client(server, tunnel);

        await().atMost(PATIENCE).until(() -> state(client, "web") == TunnelState.DEGRADED);
        assertThat(client.status().tunnels().get(0).reason()).startsWith("CLV-5001");
        await().atMost(PATIENCE)
                .until(() -> server.clients().get(0).tunnels().get(0).state() == TunnelState.DEGRADED);

        closing(EchoService.start(local));
        await().atMost(PATIENCE).until(() -> state(client, "web") == TunnelState.READY);
        await().atMost(PATIENCE)
                .until(() -> server.clients().get(0).tunnels().get(0).state() == TunnelState.READY);
        assertThat(client.status().tunnels().get(0).traffic().requests()).isZero();
    }

    @Test
    void aServerTakesTunnelsOfItsFileOver() throws Exception {
        int port = FreePort.any();
        int other = FreePort.any();
        TunnelServer server = started(new TunnelServer(raw(port(port)), List.of()));
        TunnelClient client = rawClient(server);
        await().atMost(PATIENCE).until(() -> isServed(port));
        try (Socket before = visit(port)) {
            assertThat(say(before, "before")).isEqualTo("before");

            var plan = server.reload(raw(port(other)));

            assertThat(plan.changed()).containsExactly("tunnel \"public\"");
            assertThat(isServed(other)).isTrue();
            await().atMost(PATIENCE).until(() -> isRefused(port));
            assertThat(say(before, "after")).isEqualTo("after");
        }
        try (Socket before = visit(other)) {
            assertThat(say(before, "before")).isEqualTo("before");
            Map<String, Object> single = port(other);
            single.put("max_connections", 1);

            assertThat(server.reload(raw(single)).changed()).containsExactly("tunnel \"public\"");

            assertThat(isServed(other)).as("beside the visitor that is there").isFalse();
            assertThat(say(before, "after")).isEqualTo("after");
        }
        Map<String, Object> waits = port(other);
        waits.put("when_absent", "wait");
        assertThat(server.reload(raw(waits)).changed()).containsExactly("tunnel \"public\"");
        assertThat(isServed(other)).isTrue();
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> server.reload(raw(port(taken.getLocalPort()))))
                    .hasMessageStartingWith("CLV-3006");
        }
        assertThat(isServed(other)).isTrue();
        assertThat(server.reload(raw()).removed()).containsExactly("tunnel \"public\"");
        await().atMost(PATIENCE).until(() -> isRefused(other));
        assertThat(client.status().isConnected()).isTrue();
    }

    @Test
    void aTokenThatIsGoneEndsItsSessionAndOneThatStaysDoesNot() throws Exception {
        TunnelServer server = server();
        TunnelClient client = client(server, tunnel("web", 0));
        String session = server.clients().get(0).session();

        // The same token in a section that is another one: a changed key beside it.
        var same = serverSettings(List.of(Map.of("type", "token", "token", TOKEN, "channel_binding", "off")));
        assertThat(server.reload(same).changed()).containsExactly("auth");
        assertThat(server.clients()).extracting(one -> one.session()).containsExactly(session);

        server.reload(serverSettings(List.of(Map.of("type", "token", "token", OTHER_TOKEN))));

        await().atMost(PATIENCE).until(() -> server.clients().isEmpty());
        assertThat(client.status().isConnected()).isFalse();
        TunnelClient second = closing(new TunnelClient(
                clientSettings(
                        server,
                        Map.of("auth", List.of(Map.of("type", "token", "token", OTHER_TOKEN))),
                        tunnel("second", 0)),
                List.of()));
        second.start();
        assertThat(second.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
    }

    @Test
    void aServerSaysWhatItCannotTakeOver() throws Exception {
        TunnelServer server = server();
        ConfigurationSources sources = serverSources(List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "listen[0].login_timeout", "3s")
                .flag("test", "ban_after", 3)
                .flag("test", "threads", 3)
                .flag("test", "protocol", List.of(Map.of("type", "tcp", "max_waiting", 7), Map.of("type", "udp")));

        var plan = server.reload(ServerFile.load(sources, null).value().toSettings(directory));

        assertThat(plan.restart())
                .containsExactlyInAnyOrder("protocol \"tcp\"", "listen \"main\"", "threads", "ban_after");
        assertThat(plan.added()).isEmpty();
    }

    @Test
    void aClientOfTwoServersIsAtBothAndOneMayGo() throws Exception {
        TunnelServer one = server();
        TunnelServer two = server();
        TunnelClient client = closing(new TunnelClient(
                clientSettings(
                        one,
                        Map.of("server", List.of(address(one), address(two)), "servers_mode", "all"),
                        tunnel("web", 0)),
                List.of()));
        client.start();
        await().atMost(PATIENCE)
                .until(() -> client.status().tunnels().stream()
                        .noneMatch(web -> web.endpoint().isEmpty()));
        List<Integer> ports = client.status().tunnels().stream()
                .map(web -> URI.create(web.endpoint()).getPort())
                .toList();
        assertThat(ports).hasSize(2).allMatch(port -> isServed(port));

        one.close();

        await().atMost(PATIENCE).until(() -> client.status().sessions().size() == 1);
        assertThat(isServed(ports.get(1))).isTrue();
        client.reload(clientSettings(
                one,
                Map.of("server", List.of(address(one), address(two)), "servers_mode", "all"),
                tunnel("web", 0),
                tunnel("more", 0)));
        await().atMost(PATIENCE).until(() -> two.clients().get(0).tunnels().size() == 2);
    }

    @Test
    void aClientFailsOverToTheNextServer() throws Exception {
        TunnelServer one = server();
        TunnelServer two = server();
        TunnelClient client = closing(new TunnelClient(
                clientSettings(one, Map.of("server", List.of(address(one), address(two))), tunnel("web", 0)),
                List.of()));
        client.start();
        assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        assertThat(one.clients()).hasSize(1);
        assertThat(two.clients()).isEmpty();

        one.close();

        await().atMost(PATIENCE).until(() -> !two.clients().isEmpty() && isOpen(client, "web"));
        await().atMost(PATIENCE).until(() -> client.status().sessions().size() == 1);
        assertThat(client.status().sessions().get(0).server()).isEqualTo(address(two));
        assertThat(client.status().reconnects()).isOne();
        await().atMost(PATIENCE).until(() -> isServed(port(client, "web")));
    }

    private TunnelServer server(SessionListener... listeners) {
        return started(
                new TunnelServer(serverSettings(List.of(Map.of("type", "token", "token", TOKEN))), List.of(listeners)));
    }

    /** A service that says so many blocks to everybody. */
    private ServerSocket sending(byte[] block, int blocks) throws IOException {
        ServerSocket listener = closing(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Thread accepting = new Thread(() -> {
            try {
                while (true) {
                    Socket connection = listener.accept();
                    Thread thread = new Thread(() -> send(connection, block, blocks));
                    thread.setDaemon(true);
                    thread.start();
                }
            } catch (IOException e) {
                // closed
            }
        });
        accepting.setDaemon(true);
        accepting.start();
        return listener;
    }

    private static void send(Socket connection, byte[] block, int blocks) {
        try (connection) {
            for (int i = 0; i < blocks; i++) {
                connection.getOutputStream().write(block);
            }
            connection.shutdownOutput();
            connection.getInputStream().readAllBytes();
        } catch (IOException e) {
            // its visitor has gone
        }
    }

    /** The first byte that a new visitor gets; empty if it is refused. */
    private static Optional<Integer> first(int port) {
        try (Socket socket = visit(port)) {
            int read = socket.getInputStream().read();
            return read < 0 ? Optional.empty() : Optional.of(read);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private ServerSettings serverSettings(List<Map<String, Object>> auth) {
        return ServerFile.load(serverSources(auth), null).value().toSettings(directory);
    }

    private static ConfigurationSources serverSources(List<Map<String, Object>> auth) {
        return ConfigurationSources.none()
                .flag("test", "listen", List.of(Map.of("bind", "127.0.0.1:0", "transport", "plain")))
                .flag("test", "auth", auth);
    }

    @SafeVarargs
    private static List<Map<String, Object>> listed(Map<String, Object>... tunnels) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Map<String, Object> tunnel : tunnels) {
            list.add(tunnel);
        }
        return list;
    }

    @SafeVarargs
    private ServerSettings raw(Map<String, Object>... tunnels) {
        var sources = ConfigurationSources.none()
                .flag("test", "listen", List.of(Map.of("bind", "127.0.0.1:0", "transport", "plain", "dialect", "raw")))
                .flag("test", "tunnel", listed(tunnels));
        return ServerFile.load(sources, null).value().toSettings(directory);
    }

    private static Map<String, Object> port(int port) {
        return new LinkedHashMap<>(Map.of("type", "tcp", "name", "public", "port", port));
    }

    private TunnelServer started(TunnelServer server) {
        closing(server).start();
        return server;
    }

    @SafeVarargs
    private TunnelClient client(TunnelServer server, Map<String, Object>... tunnels) {
        TunnelClient client = closing(new TunnelClient(settings(server, tunnels), List.of()));
        client.start();
        assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        return client;
    }

    @Test
    void whatAHealthCheckSaysWhileItIsRemovedDoesNotStay() throws Exception {
        TunnelServer server = server();
        CountDownLatch saying = new CountDownLatch(1);
        CountDownLatch removed = new CountDownLatch(1);
        List<String> said = new CopyOnWriteArrayList<>();
        ClientObserver observer = new ClientObserver() {
            @Override
            public void serviceHealth(String tunnel, CulvertException trouble) {
                if (trouble != null) {
                    saying.countDown();
                    awaited(removed);
                }
                said.add(trouble == null ? "well" : trouble.code().code());
            }
        };
        Map<String, Object> tunnel = tunnel("web", 0);
        tunnel.put("local", "127.0.0.1:" + FreePort.any());
        tunnel.put("health_check", Map.of("interval", "20ms"));
        tunnel.put("probe", false);
        TunnelClient client = closing(new TunnelClient(settings(server, tunnel), List.of(observer)));
        client.start();
        assertThat(awaited(saying)).isTrue();

        tunnel.remove("health_check");
        client.reload(settings(server, tunnel));
        removed.countDown();

        await().atMost(PATIENCE).until(() -> said.size() == 2);
        assertThat(said).containsExactly("CLV-5007", "well");
        await().atMost(PATIENCE).until(() -> state(client, "web") == TunnelState.REGISTERED);
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private TunnelClient rawClient(TunnelServer server) {
        TunnelClient client = closing(
                new TunnelClient(clientSettings(server, Map.of("dialect", "raw"), tunnel("public", 0)), List.of()));
        client.start();
        return client;
    }

    @SafeVarargs
    private ClientSettings settings(TunnelServer server, Map<String, Object>... tunnels) {
        return clientSettings(server, Map.of(), tunnels);
    }

    @SafeVarargs
    private ClientSettings clientSettings(
            TunnelServer server, Map<String, Object> keys, Map<String, Object>... tunnels) {
        var sources = ConfigurationSources.none()
                .flag("test", "server", address(server))
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", listed(tunnels));
        for (Map.Entry<String, Object> key : keys.entrySet()) {
            sources = sources.flag("test", key.getKey(), key.getValue());
        }
        return ClientFile.load(sources, null).value().settings(directory);
    }

    private Map<String, Object> tunnel(String name, int port) {
        return new LinkedHashMap<>(Map.of(
                "type",
                "tcp",
                "name",
                name,
                "port",
                port,
                "local",
                service.address().toString()));
    }

    private static String address(TunnelServer server) {
        return "127.0.0.1:" + server.addresses().get("main").getPort();
    }

    private static boolean isOpen(TunnelClient client, String name) {
        TunnelState state = state(client, name);
        return state == TunnelState.REGISTERED || state == TunnelState.READY || state == TunnelState.DEGRADED;
    }

    private static TunnelState state(TunnelClient client, String name) {
        return tunnelOf(client, name).state();
    }

    private static int port(TunnelClient client, String name) {
        return URI.create(tunnelOf(client, name).endpoint()).getPort();
    }

    private static TunnelStatus tunnelOf(TunnelClient client, String name) {
        return client.status().tunnels().stream()
                .filter(tunnel -> tunnel.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Socket visit(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static String say(Socket socket, String word) throws IOException {
        socket.getOutputStream().write(word.getBytes(UTF_8));
        return new String(socket.getInputStream().readNBytes(word.length()), UTF_8);
    }

    private static boolean isServed(int port) {
        try (Socket socket = visit(port)) {
            return say(socket, "x").equals("x");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isRefused(int port) throws IOException {
        try (Socket socket = visit(port)) {
            return socket.isClosed();
        } catch (ConnectException e) {
            return true;
        } catch (SocketException e) {
            return false;
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }

    static {
        org.awaitility.Awaitility.setDefaultPollInterval(50, TimeUnit.MILLISECONDS);
    }
}
