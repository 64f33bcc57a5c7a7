package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.culvert.client.ClientFile;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.ServerFile;
import dev.culvert.server.ServerMetrics;
import dev.culvert.server.TunnelServer;
import dev.culvert.testkit.FreePort;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of requests as sessions come, go, fall silent or are several, through a whole server and whole clients. */
final class HttpSessionsTest {

    private static final int AMOUNT = 1_000_000;
    private static final String TOKEN = "a token of more than sixteen bytes";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String UPGRADE =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n";

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final int http = FreePort.any();
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final Semaphore reached = new Semaphore(0);
    private final BlockingQueue<CountDownLatch> finishing = new LinkedBlockingQueue<>();
    private HttpServer service;
    private TunnelServer server;

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void aRequestWaitsUntilItsClientIsBack() throws Exception {
        serve(Map.of());
        Map<String, Object> tunnel = tunnel("web", Map.of("hold", Map.of("methods", List.of("GET", "POST"))));
        TunnelClient before = client(at("a"), List.of(tunnel));
        assertThat(get("web", "/")).endsWith("\r\n\r\nserved /");
        before.close();
        await().atMost(PATIENCE).until(() -> server.clients().isEmpty());

        CompletableFuture<String> waits =
                CompletableFuture.supplyAsync(() -> get("web", "/held"), HttpSessionsTest::inThread);
        CompletableFuture<String> body =
                CompletableFuture.supplyAsync(() -> post("web", "/posted", 20_000), HttpSessionsTest::inThread);
        assertThat(put("web")).startsWith("HTTP/1.1 502 ").contains("CLV-3009"); // a method that does not wait
        client(at("a"), List.of(tunnel));

        assertThat(waits).succeedsWithin(PATIENCE).asString().endsWith("\r\n\r\nserved /held");
        assertThat(body).succeedsWithin(PATIENCE).asString().endsWith("\r\n\r\nserved /posted 20000");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(counted("culvert_requests_held"))
                        .isBetween(1.0, 2.0)); // the client may be faster than one of them
    }

    @Test
    void rulesForceTheListenerAndOthersFindAnySession() throws Exception {
        serve(Map.of());
        client(at("a", "b"), List.of(tunnel("web", Map.of())));
        await().atMost(PATIENCE).until(() -> server.clients().size() == 2);

        for (int i = 0; i < 5; i++) {
            assertThat(get("web", "/api/" + i)).endsWith("served /api/" + i);
        }
        assertThat(streams()).isEqualTo(Map.of("a", 1, "b", 0));
        for (int i = 0; i < 5; i++) {
            assertThat(get("web", "/ws/" + i)).endsWith("served /ws/" + i);
        }
        assertThat(streams()).isEqualTo(Map.of("a", 1, "b", 1));
        get("web", "/socket", UPGRADE); // refused by the service, but sent by the way of WebSockets
        assertThat(get("web", "/any")).endsWith("served /any");
        assertThat(streams()).isEqualTo(Map.of("a", 2, "b", 2)); // each rule keeps its own
    }

    @Test
    void aForcedListenerThatTheClientHasNoSessionByIsAnErrorOfItsOwn() throws Exception {
        serve(Map.of());
        client(at("a"), List.of(tunnel("web", Map.of())));

        assertThat(get("web", "/api/1")).endsWith("served /api/1");
        assertThat(get("web", "/ws/1")).startsWith("HTTP/1.1 502 ").contains("CLV-3029");
        assertThat(get("web", "/", UPGRADE)).startsWith("HTTP/1.1 502 ").contains("CLV-3029");

        client(at("b"), List.of(tunnel("other", Map.of())));
        assertThat(get("other", "/api/1")).contains("CLV-3029");
        assertThat(get("other", "/any")).endsWith("served /any"); // prefers a, and does with b
        assertThat(get("nobody", "/ws/1")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void aServerThatLacksAForcedListenerDoesNotStart() {
        assertThatThrownBy(() -> settings(List.of(listener("a", Map.of()))))
                .hasMessageContaining("CLV-1")
                .hasMessageContaining("listen: \"b\"")
                .hasMessageContaining("one of [a]");
    }

    @Test
    void aSilentSessionGetsNoRequestOnAStreamThatWasKept() throws Exception {
        serve(Map.of("type", "yamux", "busy_ping_interval", "100ms", "ping_interval", "100ms", "ping_timeout", "4s"));
        CutWire wire = closing(CutWire.to(server.addresses().get("a")));
        client(List.of("127.0.0.1:" + wire.port()), List.of(tunnel("web", Map.of()), tunnel("fresh", Map.of())));
        assertThat(get("web", "/")).endsWith("served /");
        assertThat(streams()).isEqualTo(Map.of("a", 1)); // kept

        wire.stall();
        // A new stream is refused as soon as the session is doubted, which this waits for.
        assertThat(post("fresh", "/", 4)).startsWith("HTTP/1.1 502 ");
        assertThat(get("web", "/")).startsWith("HTTP/1.1 502 ").contains("CLV-6011");

        assertThat(server.clients()).as("the session, which has not ended yet").hasSize(1);
    }

    @Test
    void aBandwidthHoldsForStreamsThatCarryOneRequestAfterAnother() throws Exception {
        serve(Map.of());
        client(at("a"), List.of(tunnel("slow", Map.of("bandwidth", "512KiB")), tunnel("fast", Map.of())));

        long[] slow = bothWays("slow");
        long[] fast = bothWays("fast");

        // The amount, less what was saved up (a quarter of a second's worth) and the last read, after which nothing
        // waits.
        long least = (AMOUNT - 128 * 1024 - 128 * 1024) * 1_000L / (512 * 1024);
        for (int way = 0; way < 2; way++) {
            assertThat(slow[way]).isGreaterThan(least).isGreaterThan(fast[way]);
        }
        assertThat(get("slow", "/")).endsWith("served /");
    }

    @Test
    void aStreamThatIsKeptTakesNoPlaceOfAVisitor() throws Exception {
        serve(Map.of());
        client(at("a", "b"), List.of(tunnel("web", Map.of("max_connections", 1))));
        await().atMost(PATIENCE).until(() -> server.clients().size() == 2);

        assertThat(get("web", "/api/1")).endsWith("served /api/1"); // keeps a stream through a
        assertThat(get("web", "/ws/1")).endsWith("served /ws/1"); // needs one through b
        assertThat(post("web", "/any", 4)).endsWith("served /any 4");

        try (Slow slow = new Slow("127.0.0.1", "web")) {
            assertThat(get("web", "/api/2")).startsWith("HTTP/1.1 429 ").contains("x-culvert-error: CLV-3017");
            assertThat(slow.finish()).endsWith("served /slow");
        }
        assertThat(get("web", "/api/3")).endsWith("served /api/3");
    }

    @Test
    void aStreamThatIsKeptCountsForWhoUsesIt() throws Exception {
        serve(Map.of());
        client(at("a"), List.of(tunnel("web", Map.of("max_connections_per_source", 1))));
        assertThat(get("web", "/")).endsWith("served /"); // keeps the only stream
        assertThat(streams()).isEqualTo(Map.of("a", 1));

        try (Slow other = new Slow("127.0.0.2", "web")) {
            assertThat(streams()).as("taken over").isEqualTo(Map.of("a", 1));
            assertThat(get("web", "/")).endsWith("served /");
            assertThat(ask("127.0.0.2", "GET / HTTP/1.1\r\n", "web", ""))
                    .startsWith("HTTP/1.1 429 ")
                    .contains("x-culvert-error: CLV-3018");
            assertThat(other.finish()).endsWith("served /slow");
        }
        assertThat(ask("127.0.0.2", "GET / HTTP/1.1\r\n", "web", "")).endsWith("served /");
    }

    private long[] bothWays(String name) throws Exception {
        return new long[] {
            millis(() -> assertThat(get(name, "/large")).hasSizeGreaterThan(AMOUNT)),
            millis(() -> assertThat(post(name, "/", AMOUNT)).endsWith("served / " + AMOUNT))
        };
    }

    // --- what the tests are made of

    /** A visitor whose request has reached the service, which answers when it is told to. */
    private final class Slow implements AutoCloseable {

        private final CountDownLatch finish = new CountDownLatch(1);
        private final CompletableFuture<String> answer;

        Slow(String from, String host) throws InterruptedException {
            finishing.add(finish);
            answer = CompletableFuture.supplyAsync(
                    () -> ask(from, "GET /slow HTTP/1.1\r\n", host, ""), HttpSessionsTest::inThread);
            assertThat(reached.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }

        String finish() {
            finish.countDown();
            return answer.join();
        }

        @Override
        public void close() {
            finish.countDown();
        }
    }

    private void awaitTurn() {
        reached.release();
        try {
            finishing.take().await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(Map<String, Object> multiplexer) throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        service.createContext("/", exchange -> {
            try (exchange) {
                int length = exchange.getRequestBody().readAllBytes().length;
                String path = exchange.getRequestURI().getPath();
                if (path.equals("/slow")) {
                    awaitTurn();
                }
                String text = path.equals("/large") ? "x".repeat(AMOUNT) : "served " + path;
                byte[] body = (length == 0 ? text : text + " " + length).getBytes(ISO_8859_1);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        ExecutorService threads = Executors.newCachedThreadPool();
        made.push(threads::shutdown);
        service.setExecutor(threads);
        service.start();
        made.push(() -> service.stop(0));
        var settings = settings(List.of(listener("a", multiplexer), listener("b", multiplexer)));
        server = closing(new TunnelServer(settings, List.of(new ServerMetrics(metrics, () -> server))));
        server.start();
    }

    private dev.culvert.server.ServerSettings settings(List<Map<String, Object>> listeners) {
        Map<String, Object> protocol = Map.of(
                "type",
                "http",
                "bind",
                "127.0.0.1:" + http,
                "limits",
                Map.of("pooled_for", "60s"),
                "via",
                List.of(
                        Map.of("listen", "b", "paths", List.of("/ws/")),
                        Map.of("listen", "a", "paths", List.of("/api/", "/assets/")),
                        Map.of("listen", "b", "upgrade", "websocket"),
                        Map.of("listen", "a", "or_any", true)));
        var sources = ConfigurationSources.none()
                .flag("test", "listen", listeners)
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "protocol", List.of(protocol));
        var settings = ServerFile.load(sources, null).value().toSettings(directory);
        TunnelServer.check(settings, warning -> {});
        return settings;
    }

    private static Map<String, Object> listener(String name, Map<String, Object> multiplexer) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("name", name);
        section.put("bind", "127.0.0.1:0");
        section.put("transport", "plain");
        if (!multiplexer.isEmpty()) {
            section.put("multiplexer", multiplexer);
        }
        return section;
    }

    private Map<String, Object> tunnel(String name, Map<String, Object> keys) {
        Map<String, Object> tunnel = new LinkedHashMap<>(keys);
        tunnel.put("type", "http");
        tunnel.put("name", name);
        tunnel.put("host", name);
        tunnel.put("local", service.getAddress().getPort());
        tunnel.put("probe", false);
        return tunnel;
    }

    private List<String> at(String... listeners) {
        return Stream.of(listeners)
                .map(name -> "127.0.0.1:" + server.addresses().get(name).getPort())
                .toList();
    }

    private TunnelClient client(List<String> servers, List<Map<String, Object>> tunnels) {
        var sources = ConfigurationSources.none()
                .flag("test", "server", servers)
                .flag("test", "servers_mode", "all")
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", tunnels);
        TunnelClient client =
                closing(new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of()));
        client.start();
        assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        return client;
    }

    /** How many streams are open, by listener. */
    private Map<String, Integer> streams() {
        Map<String, Integer> streams = new TreeMap<>();
        server.clients().forEach(client -> streams.put(client.listener(), client.streams()));
        return streams;
    }

    private double counted(String name) {
        double sum = 0;
        for (MetricSnapshot metric : metrics.scrape(name::equals)) {
            for (var point : ((CounterSnapshot) metric).getDataPoints()) {
                sum += point.getLabels().get("outcome").equals("ok") ? point.getValue() : 0;
            }
        }
        return sum;
    }

    private String get(String host, String path, String... fields) {
        return ask("GET " + path + " HTTP/1.1\r\n" + String.join("", fields), host, "");
    }

    private String post(String host, String path, int length) {
        return ask("POST " + path + " HTTP/1.1\r\nContent-Length: " + length + "\r\n", host, "b".repeat(length));
    }

    private String put(String host) {
        return ask("PUT / HTTP/1.1\r\nContent-Length: 0\r\n", host, "");
    }

    private String ask(String head, String host, String body) {
        return ask("127.0.0.1", head, host, body);
    }

    private String ask(String from, String head, String host, String body) {
        try (Socket visitor = new Socket()) {
            visitor.bind(new InetSocketAddress(from, 0));
            visitor.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), http));
            visitor.setSoTimeout((int) PATIENCE.toMillis());
            String close = head.contains("Connection:") ? "" : "Connection: close\r\n";
            visitor.getOutputStream()
                    .write((head + "Host: " + host + ".localhost\r\n" + close + "\r\n" + body).getBytes(ISO_8859_1));
            if (close.isEmpty()) {
                visitor.shutdownOutput();
            }
            return new String(visitor.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void inThread(Runnable task) {
        new Thread(task).start();
    }

    private static long millis(Runnable action) {
        long began = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - began).toMillis();
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }
}
