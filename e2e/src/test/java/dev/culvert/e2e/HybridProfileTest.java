package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profile hybrid: HTTP by one way, WebSockets by another, each by the other's where that is blocked. */
@Tag("slow")
class HybridProfileTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOT_BY_LISTENER = "CLV-3029";

    @TempDir
    private Path directory;

    private Profile profile() {
        return new Profile("hybrid", directory);
    }

    @Test
    void itsVariablesHaveTheDefaultsOfItsReference() {
        assertThat(profile().shown("server", Map.of()))
                .contains("bind = \":4444\"", "bind = \":4443\"", "bind = \"127.0.0.1:8081\"", "port = 8080")
                .contains("max_streams = 1000", "ping_interval = \"30s\"", "max_response_timeout = \"30s\"")
                .contains("limit = \"1000/m\"", "burst = 100", "request_body = \"16MiB\"");
        assertThat(profile()
                        .shown("client", Map.of("SERVER_PIN", "sha256/" + "A".repeat(43) + "=", "TUNNEL_TOKEN", "t")))
                .contains("\"127.0.0.1:4444\"", "\"127.0.0.1:4443\"", "local = \"127.0.0.1:3000\"");
    }

    @Test
    void aThousandRequestsAreServedAndEachVariableHasItsEffect() throws Exception {
        Map<String, String> variables = Map.of(
                "GRPC_MAX_CONCURRENT_STREAMS", "40",
                "GRPC_MAX_MESSAGE_SIZE", "65536",
                "GRPC_KEEP_ALIVE_TIME", "1s",
                "GRPC_REQUEST_TIMEOUT", "5s",
                "GRPC_RATE_LIMIT_RPM", "1",
                "GRPC_RATE_LIMIT_BURST", "1100",
                "SUMMARY_INTERVAL", "1s");
        try (Web service = Web.start();
                Hybrid hybrid = new Hybrid(variables);
                Culvert client = hybrid.client(service)) {
            client.await("^http://app\\.tunnel\\.localhost\\S* -> .*\\[app\\]$");
            hybrid.hasSessions("http", "websocket");

            assertThat(atOnce(20, 50, hybrid.site())).isEqualTo(1000);
            hybrid.eventually("tunnel_requests_total{account=\"default\",outcome=\"ok\",tunnel=\"app\"} 1000.0");

            assertThat(hybrid.streams("websocket")).isZero();
            try (Socket socket = hybrid.site().webSocket("/any");
                    Socket forced = hybrid.site().webSocket("/socket.io/1")) {
                assertThat(Visitor.echo(socket, "frame")).isEqualTo("frame");
                assertThat(Visitor.echo(forced, "frame")).isEqualTo("frame");
                assertThat(hybrid.streams("websocket")).isEqualTo(2);
            }

            assertThat(Site.code(new Site(hybrid.visitors, "nobody.tunnel.localhost").get("/")))
                    .isEqualTo("CLV-6002");
            bodiesAreLimited(hybrid.site());
            idleSessionsAreAskedForASignOfLifeEachSecond(hybrid);
            silenceEndsAfterFiveSeconds(hybrid.site());
            thereAreNoMoreStreamsThanFortyOfTheFirstWay(hybrid, service);

            hybrid.server.await("summary listen=http sessions=1 .*requests=");
            hybrid.server.await("summary listen=websocket sessions=1 .*requests=[1-9]");
            hybrid.server.await("summary host=app\\.tunnel\\.localhost .*requests=[1-9]");
            client.await("summary .*requests=\\d+");
            assertThat(Administration.of(client).get("/api/v1/status")).contains("\"requests\":", "\"errors\":");

            HttpAnswer limited = hybrid.site().get("/");
            for (int i = 0; i < 100 && limited.status() == 200; i++) {
                limited = hybrid.site().get("/");
            }
            assertThat(limited.status()).isEqualTo(429);
            assertThat(Site.code(limited)).isEqualTo("CLV-6041");
            assertThat(limited.fields()).containsKey("retry-after");
            assertThat(hybrid.administration.get("/api/v1/metrics"))
                    .contains(
                            "tunnel_connections_total{account=\"default\"} 2.0",
                            "tunnel_request_duration_seconds_count{account=\"default\",tunnel=\"app\"}",
                            "tunnel_streams_active{account=\"default\",tunnel=\"app\"}",
                            "tunnel_registry_size 1.0",
                            "culvert_visitors_refused_total{account=\"default\",code=\"CLV-6041\",tunnel=\"app\"} 1.0")
                    .contains(
                            "culvert_tunnels{listen=\"http\",state=",
                            "culvert_round_trip_seconds{listen=\"websocket\"}");
        }
    }

    @Test
    void eachWayServesWithoutTheOtherAndIsFoundAgain() throws Exception {
        try (Web service = Web.start();
                Hybrid hybrid = new Hybrid(Map.of("SUMMARY_INTERVAL", "0s"))) {
            hybrid.first.block();
            try (Culvert client = hybrid.client(service)) {
                client.await("\\[app\\]$");
                hybrid.hasSessions("websocket");
                aHundredRequestsMayComeAtOnce(hybrid.site());
                assertThat(hybrid.sessions("http")).isFalse();
                for (String path : List.of("/api/", "/assets/", "/media/", "/static/")) {
                    assertThat(Site.code(inTime(() -> hybrid.site().get(path + "x"))))
                            .as(path)
                            .isEqualTo(NOT_BY_LISTENER);
                }

                hybrid.first.restore();
                hybrid.hasSessions("http", "websocket");
                for (String path : List.of("/api/", "/assets/", "/media/", "/static/", "/")) {
                    assertThat(inTime(() -> hybrid.site().get(path + "x")).status())
                            .as(path)
                            .isEqualTo(200);
                }

                hybrid.second.block();
                await().atMost(Culvert.PATIENCE).until(() -> !hybrid.sessions("websocket"));
                for (String path : List.of("/ws/", "/websocket/", "/socket.io/", "/any/")) {
                    for (int i = 0; i < 2; i++) {
                        assertThat(Site.code(inTime(() -> hybrid.site().upgrade(path + "x"))))
                                .as(path)
                                .isEqualTo(NOT_BY_LISTENER);
                    }
                }
                assertThat(inTime(() -> hybrid.site().get("/")).status()).isEqualTo(200);
                hybrid.second.restore();
                hybrid.hasSessions("http", "websocket");
                try (Socket socket = hybrid.site().webSocket("/ws/x")) {
                    assertThat(Visitor.echo(socket, "frame")).isEqualTo("frame");
                }

                hybrid.first.block();
                await().atMost(Culvert.PATIENCE).until(() -> !hybrid.sessions("http"));
                assertThat(inTime(() -> hybrid.site().get("/")).status()).isEqualTo(200);
                hybrid.first.restore();
                hybrid.hasSessions("http", "websocket");

                assertThat(Site.text(hybrid.site().get("/", "X-Forwarded-For: 203.0.113.7")))
                        .startsWith("/ for 203.0.113.7");
                pagesOfOtherSitesOpenNoWebSocket(hybrid.site());
                for (int port : hybrid.ports) {
                    assertThat(Tools.handshake(port, "tls1_2")).contains("New, TLSv1.2");
                    assertThat(Tools.handshake(port, "tls1_1")).contains("alert protocol version");
                }
            }
        }
    }

    /** How many of so many requests, on so many connections, are answered. */
    private static int atOnce(int connections, int each, Site site) throws Exception {
        ExecutorService visitors = Executors.newFixedThreadPool(connections);
        try {
            List<Future<Integer>> served = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                served.add(visitors.submit(() -> site.servedOf(each)));
            }
            int all = 0;
            for (Future<Integer> some : served) {
                all += some.get(60, TimeUnit.SECONDS);
            }
            return all;
        } finally {
            visitors.shutdownNow();
        }
    }

    private static void bodiesAreLimited(Site site) throws IOException {
        try (Socket socket = site.ask("POST /", "Content-Length: 65537")) {
            HttpAnswer answer = HttpAnswer.read(socket.getInputStream());
            assertThat(answer.status()).isEqualTo(413);
            assertThat(Site.code(answer)).isEqualTo("CLV-6044");
        }
        assertThat(site.status("/long/65536")).isEqualTo(200);
        HttpAnswer tooLong = site.get("/long/65537");
        assertThat(tooLong.status()).isEqualTo(502);
        assertThat(Site.code(tooLong)).isEqualTo("CLV-6045");
    }

    /** The client answers; by default it would be asked every 5 s. */
    private static void idleSessionsAreAskedForASignOfLifeEachSecond(Hybrid hybrid) {
        await().atMost(Culvert.PATIENCE).until(() -> hybrid.streams("http") == 0);
        long start = System.nanoTime();
        int before = hybrid.said.get();

        await().atMost(Culvert.PATIENCE).until(() -> hybrid.said.get() >= before + 4);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    private static void silenceEndsAfterFiveSeconds(Site site) throws IOException {
        long start = System.nanoTime();

        HttpAnswer late = site.get("/silent");

        assertThat(late.status()).isEqualTo(504);
        assertThat(Site.code(late)).isEqualTo("CLV-6010");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(20));
    }

    private static void thereAreNoMoreStreamsThanFortyOfTheFirstWay(Hybrid hybrid, Web service) throws IOException {
        List<Socket> asking = new ArrayList<>();
        try {
            // One of the session's 40 is the stream that controls it.
            for (int i = 0; i < 39; i++) {
                asking.add(hybrid.site().ask("GET /held/" + i));
            }
            await().atMost(Culvert.PATIENCE).until(() -> service.held() == 39);
            assertThat(hybrid.streams("http")).isEqualTo(39);

            HttpAnswer free = hybrid.site().get("/one-more");
            assertThat(free.status() == 200 || Site.code(free).startsWith("CLV-"))
                    .isTrue();
            assertThat(hybrid.streams("http")).isEqualTo(39);
            HttpAnswer forced = hybrid.site().get("/api/one-more");
            assertThat(forced.status()).isIn(502, 503);
            assertThat(Site.code(forced)).startsWith("CLV-");

            service.release();
            for (Socket socket : asking) {
                assertThat(HttpAnswer.read(socket.getInputStream()).status()).isEqualTo(200);
            }
        } finally {
            for (Socket socket : asking) {
                socket.close();
            }
        }
        // Streams that are kept for further requests count until they end.
        await().atMost(Culvert.PATIENCE).until(() -> hybrid.streams("http") < 39);
        assertThat(hybrid.site().status("/api/after")).isEqualTo(200);
    }

    /** The default rate: 100, and what comes in while they are served, a thousand a minute. */
    private static void aHundredRequestsMayComeAtOnce(Site site) throws IOException {
        long start = System.nanoTime();
        int served = site.servedOf(500);
        long added = 1 + Duration.ofNanos(System.nanoTime() - start).toMillis() * 1000 / 60_000;
        assertThat((long) served).isBetween(100L, 100 + added);
    }

    /** The answer to a request that is sent again for as long as the tunnel has used up its rate. */
    private static HttpAnswer inTime(Callable<HttpAnswer> request) {
        return await().atMost(Culvert.PATIENCE).until(request, answer -> answer.status() != 429);
    }

    private static void pagesOfOtherSitesOpenNoWebSocket(Site site) throws IOException {
        HttpAnswer refused = site.upgrade("/any", "Origin: http://elsewhere.example");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(Site.code(refused)).isEqualTo("CLV-6040");
        assertThat(site.upgrade("/any", "Origin: http://app.tunnel.localhost").status())
                .isEqualTo(101);
    }

    /** A server, the wires to its two ports, and what operators ask it. */
    private final class Hybrid implements AutoCloseable {

        private final List<Integer> ports = List.of(Ports.free(), Ports.free());
        private final Culvert server;
        private final AtomicInteger said = new AtomicInteger(); // how often a client did, by the first way
        private final Relay first = new Relay(ports.get(0), counting(said));
        private final Relay second = new Relay(ports.get(1));
        private final int visitors;
        private final Administration administration;

        Hybrid(Map<String, String> variables) {
            int api = Ports.free();
            Map<String, String> all = new HashMap<>(variables);
            all.put("GRPC_TUNNEL_PORT", "" + ports.get(0));
            all.put("TUNNEL_PORT", "" + ports.get(1));
            all.put("PROXY_PORT", "0");
            all.put("API_PORT", "" + api);
            server = profile().serverWithToken(all);
            visitors = Integer.parseInt(server.await("^visitors: port (\\d+)"));
            administration = new Administration(api);
        }

        private static OutputStream counting(AtomicInteger writes) {
            return new OutputStream() {
                @Override
                public void write(int b) {
                    writes.incrementAndGet();
                }

                @Override
                public void write(byte[] bytes, int from, int length) {
                    writes.incrementAndGet();
                }
            };
        }

        Culvert client(Web service) {
            return profile()
                    .client(Map.of(
                            "TUNNEL_SERVER",
                            "127.0.0.1:" + first.port(),
                            "TUNNEL_FALLBACK",
                            "127.0.0.1:" + second.port(),
                            "SERVER_PIN",
                            server.await("^pin: (\\S+)"),
                            "TUNNEL_TOKEN",
                            Pair.TOKEN,
                            "METRICS_ADDR",
                            "127.0.0.1:0",
                            "SUMMARY_INTERVAL",
                            "1s",
                            "LOCAL_ADDR",
                            service.address()));
        }

        Site site() {
            return new Site(visitors, "app.tunnel.localhost");
        }

        void hasSessions(String... listeners) {
            for (String listener : listeners) {
                eventually("culvert_sessions{listen=\"" + listener + "\"} 1.0");
            }
        }

        boolean sessions(String listener) {
            return administration.get("/api/v1/metrics").contains("culvert_sessions{listen=\"" + listener + "\"} 1.0");
        }

        void eventually(String line) {
            await().atMost(Culvert.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(administration.get("/api/v1/metrics")).contains(line));
        }

        /** The session that came by a listener, as the status has it. */
        JsonNode client(String listener) throws IOException {
            for (JsonNode client :
                    JSON.readTree(administration.get("/api/v1/status")).path("clients")) {
                if (client.path("listener").asText().equals(listener)) {
                    return client;
                }
            }
            throw new AssertionError("no session by " + listener);
        }

        int streams(String listener) throws IOException {
            return client(listener).path("streams").asInt();
        }

        @Override
        public void close() {
            server.close();
            first.close();
            second.close();
        }
    }
}
