package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.client.ClientFile;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.telemetry.TrafficStatus;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.server.AbsentTunnel;
import dev.culvert.server.ClientStatus;
import dev.culvert.server.ServerFile;
import dev.culvert.server.ServerMetrics;
import dev.culvert.server.Share;
import dev.culvert.server.TunnelServer;
import dev.culvert.testkit.FreePort;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Figures and states of both ends, through a server with two listeners and a client with a session by each. */
final class StatusTest {

    private static final String TOKEN = "a token of more than sixteen bytes";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final int http = FreePort.any();
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final CountDownLatch slow = new CountDownLatch(1);
    private HttpServer service;
    private TunnelServer server;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        var threads = Executors.newCachedThreadPool();
        made.push(threads::shutdownNow);
        service.setExecutor(threads);
        service.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                String path = exchange.getRequestURI().getPath();
                if (path.equals("/slow")) {
                    awaitSlow();
                }
                exchange.sendResponseHeaders(path.equals("/fails") ? 500 : 200, 6);
                exchange.getResponseBody().write("served".getBytes(ISO_8859_1));
            }
        });
        service.start();
        made.push(() -> service.stop(0));
        Map<String, Object> front = Map.of(
                "type",
                "http",
                "bind",
                "127.0.0.1:" + http,
                "via",
                List.of(Map.of("listen", "b", "paths", List.of("/b/")), Map.of("listen", "a", "or_any", true)));
        var sources = ConfigurationSources.none()
                .flag("test", "listen", List.of(listener("a"), listener("b")))
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "protocol", List.of(front, Map.of("type", "tcp", "ports", "1024-65535")))
                .flag("test", "summary_interval", "1s");
        var settings = ServerFile.load(sources, null).value().toSettings(directory);
        server = closing(new TunnelServer(settings, List.of(new ServerMetrics(metrics, () -> server))));
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        slow.countDown();
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void httpRequestsCountByListenerHostAndSessionAndInTheSummary() throws Exception {
        ListAppender<ILoggingEvent> summary = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("culvert.summary");
        logger.addAppender(summary);
        logger.setLevel(Level.INFO);
        made.push(() -> {
            logger.detachAppender(summary);
            logger.setLevel(null);
        });
        summary.start();
        TunnelClient client = client(at("a", "b"), List.of(http("web"), http("twin")));
        Instant before = Instant.now();

        for (int i = 0; i < 4; i++) {
            assertThat(get("web", "/" + i)).startsWith("HTTP/1.1 200 ");
        }
        get("web", "/b/1");
        ask("POST /b/2 HTTP/1.1\r\nContent-Length: 1000\r\n", "web", "b".repeat(1_000));
        assertThat(get("twin", "/fails")).startsWith("HTTP/1.1 500 ");

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(server.byListener())
                    .containsEntry("a", new Share(1, 2, 0, 5, 1, 0, 30))
                    .containsEntry("b", new Share(1, 2, 0, 2, 0, 1_000, 12));
            assertThat(server.byHost())
                    .containsEntry("web.localhost", new Share(2, 1, 0, 6, 0, 1_000, 36))
                    .containsEntry("twin.localhost", new Share(2, 1, 0, 1, 1, 0, 6));
        });
        assertThat(server.inAll()).isEqualTo(new Share(2, 2, 0, 7, 1, 1_000, 42));
        TrafficStatus onB = tunnel("b", "web").traffic();
        assertThat(onB.requests()).isEqualTo(2);
        assertThat(onB.bytesIn()).isEqualTo(1_000);
        assertThat(onB.lastActive()).isAfterOrEqualTo(before);
        assertThat(tunnel("b", "twin").traffic()).satisfies(none -> {
            assertThat(none.requests()).isZero();
            assertThat(none.lastActive()).isNull();
        });
        assertThat(tunnel("a", "twin").local()).isEqualTo("localhost:" + localPort());
        assertThat(scraped("culvert_listener_requests", Labels.of("listen", "b")))
                .isEqualTo(2);
        assertThat(scraped("culvert_host_requests", Labels.of("host", "web.localhost")))
                .isEqualTo(6);
        assertThat(scraped("culvert_host_errors", Labels.of("host", "twin.localhost")))
                .isEqualTo(1);
        assertThat(scraped("culvert_host_bytes", Labels.of("host", "web.localhost", "direction", "in")))
                .isEqualTo(1_000);
        assertThat(client.status().transports()).hasSize(2);
        assertThat(requestsOfClient(client, "a", "twin")).isEqualTo(1);
        assertThat(requestsOfClient(client, "b", "twin")).isZero();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.copyOf(summary.list))
                        .extracting(ILoggingEvent::getFormattedMessage)
                        .contains(
                                "summary sessions=2 tunnels=2 streams=0 requests=7 errors=1 bytes_in=1000 bytes_out=42",
                                "summary listen=b sessions=1 tunnels=2 streams=0 requests=2 errors=0 bytes_in=1000"
                                        + " bytes_out=12",
                                "summary host=twin.localhost sessions=2 tunnels=1 streams=0 requests=1 errors=1 bytes_in=0"
                                        + " bytes_out=6"));
    }

    @Test
    void aRequestUnderWayIsAStreamAndOneThatIsRefusedIsAnError() {
        TunnelClient client = client(at("a"), List.of(http("web")));
        new Thread(() -> get("web", "/slow")).start();

        await().atMost(PATIENCE)
                .until(() -> server.byHost().get("web.localhost").streams() == 1);
        assertThat(server.byListener().get("a").streams()).isEqualTo(1);
        assertThat(tunnel("a", "web").traffic().streams()).isEqualTo(1);
        assertThat(scraped("tunnel_streams_active", Labels.of("account", "default", "tunnel", "web")))
                .isEqualTo(1);
        assertThat(scraped("culvert_visitors", Labels.EMPTY)).isEqualTo(1);
        slow.countDown();
        await().atMost(PATIENCE).until(() -> server.inAll().streams() == 0);

        server.pause("web", true);
        await().atMost(PATIENCE).until(() -> state(client, "web") == TunnelState.PAUSED);
        assertThat(client.status().tunnels().get(0).reason()).startsWith("CLV-3025");
        assertThat(get("web", "/")).startsWith("HTTP/1.1 503 ");
        assertThat(server.byHost().get("web.localhost")).isEqualTo(new Share(1, 1, 0, 2, 1, 0, 6));
        server.pause("web", false);
        await().atMost(PATIENCE).until(() -> state(client, "web") != TunnelState.PAUSED);

        client.close();
        await().atMost(PATIENCE).until(() -> !server.absent().isEmpty());
        AbsentTunnel absent = server.absent().get(0);
        assertThat(absent.state()).isEqualTo(TunnelState.CONNECTING);
        assertThat(absent.endpoint()).contains("web.localhost");
        assertThat(absent.since()).isBetween(Instant.now().minusSeconds(20), Instant.now());
        assertThat(get("web", "/")).startsWith("HTTP/1.1 502 ");
        assertThat(server.byHost().get("web.localhost")).isEqualTo(new Share(0, 1, 0, 3, 2, 0, 6));
        client(at("a"), List.of(http("web")));
        assertThat(server.absent()).isEmpty();
        assertThat(server.clients().get(0).reconnects()).isEqualTo(1);
        assertThat(server.byListener().get("a").requests()).isEqualTo(1); // what no session refused is none's
    }

    @Test
    void statesAreToldWithTheirReasonsAndSessionsWithTheirSignsOfLife() throws Exception {
        Map<String, Object> refused = Map.of("type", "udp", "name", "refused", "local", "127.0.0.1:53");
        Map<String, Object> down = Map.of("type", "tcp", "name", "down", "local", "127.0.0.1:1");
        int port = FreePort.any();
        Map<String, Object> up = Map.of("type", "tcp", "name", "up", "port", port, "local", localPort());
        TunnelClient client = started(at("a"), List.of(refused, down, up));

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(tunnel("a", "refused")).satisfies(tunnel -> {
                assertThat(tunnel.state()).isEqualTo(TunnelState.REFUSED);
                assertThat(tunnel.reason()).startsWith("CLV-3");
                assertThat(tunnel.local()).isEqualTo("127.0.0.1:53");
            });
            assertThat(tunnel("a", "down")).satisfies(tunnel -> {
                assertThat(tunnel.state()).isEqualTo(TunnelState.DEGRADED);
                assertThat(tunnel.reason()).startsWith("CLV-5001: ");
            });
            assertThat(tunnel("a", "up").state()).isEqualTo(TunnelState.READY);
            assertThat(state(client, "refused")).isEqualTo(TunnelState.REFUSED);
            assertThat(state(client, "down")).isEqualTo(TunnelState.DEGRADED);
            assertThat(server.clients().get(0).roundTripMs()).isPositive().isLessThan(5_000);
            assertThat(server.clients().get(0).lastHeartbeat()).isBeforeOrEqualTo(Instant.now());
            assertThat(client.status().sessions().get(0).roundTripMs())
                    .isPositive()
                    .isLessThan(5_000);
        });

        Socket visitor = closing(new Socket(InetAddress.getLoopbackAddress(), port));
        visitor.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
        assertThat(visitor.getInputStream().read()).isEqualTo('H');
        assertThat(server.byHost().get(":" + port).streams()).isEqualTo(1);
        Thread stopping = new Thread(() -> client.stop(PATIENCE));
        stopping.start();
        await().atMost(PATIENCE).until(() -> tunnel("a", "up").state() == TunnelState.DRAINING);
        assertThat(state(client, "up")).isEqualTo(TunnelState.DRAINING);
        assertThat(tunnel("a", "up").traffic().bytesIn()).isEqualTo(27);
        visitor.close();
        stopping.join(PATIENCE.toMillis());
        await().atMost(PATIENCE).until(() -> server.clients().isEmpty());
        assertThat(server.absent()).extracting(AbsentTunnel::name).contains("up", "down");
        assertThat(server.byListener().get("a")).satisfies(share -> {
            assertThat(share.sessions()).isZero();
            assertThat(share.requests()).isEqualTo(1);
            assertThat(share.bytesIn()).isEqualTo(27);
        });
    }

    // --- what the tests are made of

    private void awaitSlow() {
        try {
            slow.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, Object> listener(String name) {
        return Map.of("name", name, "bind", "127.0.0.1:0", "transport", "plain");
    }

    private Map<String, Object> http(String name) {
        return Map.of("type", "http", "name", name, "host", name, "local", localPort(), "probe", false);
    }

    private int localPort() {
        return service.getAddress().getPort();
    }

    private List<String> at(String... listeners) {
        return Stream.of(listeners).map(this::address).toList();
    }

    private String address(String listener) {
        return "127.0.0.1:" + server.addresses().get(listener).getPort();
    }

    private TunnelClient client(List<String> servers, List<Map<String, Object>> tunnels) {
        TunnelClient client = started(servers, tunnels);
        assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        await().atMost(PATIENCE)
                .until(() -> client.status().tunnels().stream()
                        .noneMatch(tunnel -> tunnel.state() == TunnelState.CONNECTING));
        return client;
    }

    private TunnelClient started(List<String> servers, List<Map<String, Object>> tunnels) {
        var sources = ConfigurationSources.none()
                .flag("test", "server", servers)
                .flag("test", "servers_mode", "all")
                .flag("test", "transport", "plain")
                .flag("test", "exit_on_refusal", false)
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", tunnels);
        TunnelClient client =
                closing(new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of()));
        client.start();
        return client;
    }

    private ClientStatus.TunnelStatus tunnel(String listener, String name) {
        return server.clients().stream()
                .filter(client -> client.listener().equals(listener))
                .flatMap(client -> client.tunnels().stream())
                .filter(tunnel -> tunnel.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(server.clients().toString()));
    }

    private static TunnelState state(TunnelClient client, String name) {
        return client.status().tunnels().stream()
                .filter(tunnel -> tunnel.name().equals(name))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private long requestsOfClient(TunnelClient client, String listener, String name) {
        return client.status().tunnels().stream()
                .filter(tunnel -> tunnel.server().equals(address(listener))
                        && tunnel.name().equals(name))
                .findFirst()
                .orElseThrow()
                .traffic()
                .requests();
    }

    private double scraped(String name, Labels labels) {
        Map<Labels, Double> values = new HashMap<>();
        for (MetricSnapshot metric : metrics.scrape(name::equals)) {
            if (metric instanceof CounterSnapshot counter) {
                counter.getDataPoints().forEach(point -> values.put(point.getLabels(), point.getValue()));
            } else if (metric instanceof GaugeSnapshot gauge) {
                gauge.getDataPoints().forEach(point -> values.put(point.getLabels(), point.getValue()));
            }
        }
        assertThat(values).containsKey(labels);
        return values.get(labels);
    }

    private String get(String host, String path) {
        return ask("GET " + path + " HTTP/1.1\r\n", host, "");
    }

    private String ask(String head, String host, String body) {
        try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), http)) {
            visitor.setSoTimeout((int) PATIENCE.toMillis());
            String rest = "Host: " + host + ".localhost\r\nConnection: close\r\n\r\n";
            visitor.getOutputStream().write((head + rest + body).getBytes(ISO_8859_1));
            return new String(visitor.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private <T extends AutoCloseable> T closing(T one) {
        made.push(one);
        return one;
    }
}
