package dev.culvert.e2e;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profiles of the distribution do what they are named after. */
class ProfilesTest {

    @TempDir
    private Path directory;

    @Test
    void theYamuxRelayHasItsPortsAndNoAuthentication() {
        assertThat(Culvert.run(directory, "config", "show", profile("yamux-relay-server"))
                        .out())
                .contains("bind = \"127.0.0.1:4444\"", "dialect = \"raw\"", "port = 8080", "on_conflict = \"replace\"");
        assertThat(Culvert.run(directory, "config", "show", profile("yamux-relay-client"))
                        .out())
                .contains("server = \"127.0.0.1:4444\"", "local = \"127.0.0.1:3000\"", "reconnect = false");
    }

    @Test
    void inTheYamuxRelayTheNewestClientWinsAndNoClientMeansReset() throws Exception {
        Map<String, String> ports = Map.of("CONTROL_PORT", "0", "PUBLIC_PORT", "0", "ADMIN_PORT", "0");
        try (Service first = Service.echo();
                Service second = Service.saying("second");
                Culvert server = start(ports, "server", profile("yamux-relay-server"))) {
            String control = server.await("^clients: port (\\d+)");
            int port = declaredPort(server);
            server.await("^ready$");

            assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);
            try (Culvert one = relayClient(control, first)) {
                server.await("session active ");
                one.await("connected server=");
                try (Socket early = Visitor.connect(port)) {
                    assertThat(Visitor.echo(early, "before")).isEqualTo("before");
                    try (Culvert two = relayClient(control, second)) {
                        server.await("tunnel closed session=\\S+ tunnel=public how=\"CLV-3008");

                        assertThat(Visitor.read(port)).isEqualTo("second");
                        assertThat(Visitor.echo(early, "after")).isEqualTo("after");
                        early.close();
                        server.terminate();
                        assertThat(server.exitCode()).as(server.toString()).isZero();
                        assertThat(two.exitCode()).as(two.toString()).isZero();
                        assertThat(one.exitCode()).as(one.toString()).isZero();
                    }
                }
            }
        }
    }

    @Test
    void theYamuxRelayByFlagsAloneEndsItsClientWithFourWhenItBreaks() throws Exception {
        try (Service service = Service.saying("served");
                Culvert server = Culvert.start(
                        directory, "server", "--control-port", "0", "--public-port", "0", "--admin", "0")) {
            String control = server.await("^clients: port (\\d+)");
            int port = declaredPort(server);
            try (Culvert client = Culvert.start(
                    directory, "client", "--control-port", control, "--local", String.valueOf(service.port()))) {
                server.await("session active ");
                assertThat(Visitor.read(port)).isEqualTo("served");

                server.kill();

                assertThat(client.exitCode()).as(client.toString()).isEqualTo(4);
            }
        }
    }

    @Test
    void burrowCarriesTcpAndUdpTunnelsWithOneToken() throws Exception {
        Map<String, String> relay = Map.of("BURROW_TOKEN", Pair.TOKEN, "CONTROL_PORT", "0", "ADMIN_PORT", "0");
        try (Service gopher = Service.saying("gopher");
                Service gemini = Service.saying("gemini");
                Service tor = Service.saying("tor");
                Datagrams dns = Datagrams.echo();
                Culvert server = start(relay, "server", profile("burrow-server"))) {
            Map<String, String> home = Map.ofEntries(
                    entry("BURROW_TOKEN", Pair.TOKEN),
                    entry("BURROW_SERVER", "127.0.0.1:" + server.await("^clients: port (\\d+)")),
                    entry("GOPHER_LOCAL", String.valueOf(gopher.port())),
                    entry("GEMINI_LOCAL", String.valueOf(gemini.port())),
                    entry("TOR_LOCAL", String.valueOf(tor.port())),
                    entry("DNS_LOCAL", String.valueOf(dns.port())),
                    entry("GOPHER_PORT", "0"),
                    entry("GEMINI_PORT", "0"),
                    entry("TOR_PORT", "0"),
                    entry("DNS_PORT", "0"));
            try (Culvert client = start(home, "client", profile("burrow-client"))) {
                for (String name : new String[] {"gopher", "gemini", "tor"}) {
                    assertThat(Visitor.read(Pair.endpoint(client, name))).isEqualTo(name);
                }
                int dnsPort = Integer.parseInt(client.await("^udp://127\\.0\\.0\\.1:(\\d+) -> .*\\[dns\\]"));
                assertThat(Datagrams.ask(dnsPort, "where?")).isEqualTo("where?");
            }
        }
    }

    @Test
    void tlsSubdomainsServeByHostAndHaveMetricsOnAPortOfTheirOwn() throws Exception {
        assumeHttp();
        Path token = Pair.write(directory, "token", Pair.TOKEN);
        int metrics = Ports.free();
        Map<String, String> core = Map.of(
                "AGENT_PORT",
                "0",
                "PUBLIC_PORT",
                "0",
                "ADMIN_PORT",
                "0",
                "HEALTH_PORT",
                "0",
                "METRICS_PORT",
                "" + metrics);
        try (Service service = page("subdomain");
                Culvert server =
                        start(core, "server", profile("tls-subdomains-server"), "--token-file", token.toString())) {
            Map<String, String> agent = Map.of(
                    "CORE_ADDR",
                    "127.0.0.1:" + server.await("^clients: port (\\d+)"),
                    "CORE_PIN",
                    server.await("^pin: (\\S+)"),
                    "AGENT_TOKEN",
                    Pair.TOKEN,
                    "METRICS_PORT",
                    "0",
                    "LOCAL_ADDR",
                    "127.0.0.1:" + service.port());
            int visitors = Integer.parseInt(server.await("^visitors: port (\\d+)"));
            try (Culvert client = start(agent, "client", profile("tls-subdomains-client"))) {
                client.await("\\[app1\\]$");
                assertThat(get(visitors, "app1.tunnel.localhost"))
                        .contains("200 OK")
                        .endsWith("subdomain");
                assertThat(get(visitors, "nobody.tunnel.localhost")).contains(" 404 ");
                assertThat(new Administration(metrics).get("/metrics"))
                        .contains("tunnel_connections_total", "tunnel_requests_total", "tunnel_registry_size 1");
                assertThat(Administration.of(client).get("/metrics")).contains("agent_connection_status 1");
            }
        }
    }

    @Test
    void websocketSubdomainsHaveOnePortForVisitorsAndSessions() throws Exception {
        assumeHttp();
        Path token = Pair.write(directory, "token", Pair.TOKEN);
        try (Service service = page("websocket");
                Culvert server = start(
                        Map.of("PORT", "0"),
                        "server",
                        profile("websocket-subdomains-server"),
                        "--token-file",
                        token.toString(),
                        "--admin",
                        "0")) {
            String port = server.await("^visitors: port (\\d+)");
            assertThat(server.await("^clients: port (\\d+)")).isEqualTo(port);
            Map<String, String> agent = Map.of(
                    "TUNNEL_SERVER",
                    "127.0.0.1:" + port,
                    "TUNNEL_TOKEN",
                    Pair.TOKEN,
                    "LOCAL_URL",
                    "127.0.0.1:" + service.port());
            try (Culvert client = start(agent, "client", profile("websocket-subdomains-client"))) {
                String host = client.await("^http://(\\S+\\.tunnel\\.localhost):\\d+ -> .*\\[app\\]$");
                assertThat(get(Integer.parseInt(port), host)).contains("200 OK").endsWith("websocket");
                assertThat(get(Integer.parseInt(port), "nobody.tunnel.localhost"))
                        .contains(" 404 ");
            }
        }
    }

    @Test
    void hybridSendsHttpByOneWayAndWebSocketsByTheOther() throws Exception {
        assumeHttp();
        Map<String, String> limits = Map.of(
                "GRPC_MAX_MESSAGE_SIZE", "65536",
                "GRPC_RATE_LIMIT_RPM", "1",
                "GRPC_RATE_LIMIT_BURST", "1050");
        try (Service service = Service.start(ProfilesTest::web);
                Hybrid hybrid = new Hybrid(limits, null);
                Culvert client = hybrid.client(service)) {
            client.await("^http://app\\.tunnel\\.localhost\\S* -> .*\\[app\\]$");
            hybrid.eventually("culvert_sessions{listen=\"http\"} 1.0", "culvert_sessions{listen=\"websocket\"} 1.0");

            // What its reference loads it with: 1,000 requests, none failed.
            ExecutorService visitors = Executors.newFixedThreadPool(20);
            List<Future<Integer>> served = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                served.add(visitors.submit(() -> hybrid.requests(50)));
            }
            int ok = 0;
            for (Future<Integer> each : served) {
                ok += each.get(60, TimeUnit.SECONDS);
            }
            visitors.shutdown();
            assertThat(ok).isEqualTo(1000);
            hybrid.eventually("tunnel_requests_total{account=\"default\",outcome=\"ok\",tunnel=\"app\"} 1000.0");

            assertThat(hybrid.streams()).containsEntry("websocket", 0);
            try (Socket socket = hybrid.upgraded("/any");
                    Socket forced = hybrid.upgraded("/socket.io/1")) {
                assertThat(Visitor.echo(socket, "frame")).isEqualTo("frame");
                assertThat(Visitor.echo(forced, "frame")).isEqualTo("frame");
                assertThat(hybrid.streams()).containsEntry("websocket", 2);
                assertThat(get(hybrid.visitors(), "app.tunnel.localhost", "/api/v1"))
                        .contains("200 OK");
                assertThat(get(hybrid.visitors(), "app.tunnel.localhost", "/ws/poll"))
                        .contains("200 OK");
                assertThat(hybrid.streams()).containsEntry("websocket", 3); // one that is kept for the next request
            }

            assertThat(get(hybrid.visitors(), "nobody.tunnel.localhost", "/")).contains(" 404 ", "CLV-6002");
            assertThat(hybrid.post(65_537)).contains(" 413 ", "CLV-6044");
            String limited = "";
            for (int i = 0; i < 50 && !limited.contains(" 429 "); i++) {
                limited = get(hybrid.visitors(), "app.tunnel.localhost", "/");
            }
            assertThat(limited).contains(" 429 ", "CLV-6041").containsIgnoringCase("retry-after: ");
            assertThat(hybrid.administration().get("/api/v1/metrics"))
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
    void hybridCarriesWhatItMayByItsOtherPort() throws Exception {
        assumeHttp();
        try (Service service = Service.start(ProfilesTest::web);
                Hybrid hybrid = new Hybrid(Map.of(), "127.0.0.1:" + Service.nowhere());
                Culvert client = hybrid.client(service)) {
            client.await("\\[app\\]$");
            hybrid.eventually("culvert_sessions{listen=\"websocket\"} 1.0");

            assertThat(get(hybrid.visitors(), "app.tunnel.localhost", "/"))
                    .contains("200 OK")
                    .endsWith("hybrid");
            try (Socket socket = hybrid.upgraded("/")) {
                assertThat(Visitor.echo(socket, "frame")).isEqualTo("frame");
            }
            assertThat(get(hybrid.visitors(), "app.tunnel.localhost", "/static/a.css"))
                    .contains(" 502 ", "CLV-3029");
            assertThat(hybrid.administration().get("/api/v1/metrics"))
                    .contains(
                            "culvert_visitors_refused_total{account=\"default\",code=\"CLV-3029\",tunnel=\"app\"} 1.0")
                    .doesNotContain("culvert_sessions{listen=\"http\"}");
        }
    }

    @Test
    void hybridHasThePortsAndLimitsThatItsEnvironmentNames() {
        Map<String, String> all = Map.of(
                "API_PORT", "18080",
                "GRPC_TUNNEL_PORT", "14444",
                "TUNNEL_PORT", "14443",
                "GRPC_MAX_CONCURRENT_STREAMS", "777",
                "GRPC_MAX_MESSAGE_SIZE", "123456",
                "GRPC_KEEP_ALIVE_TIME", "17s",
                "GRPC_REQUEST_TIMEOUT", "19s",
                "GRPC_RATE_LIMIT_RPM", "666",
                "GRPC_RATE_LIMIT_BURST", "55");

        String usual = shown(Map.of());
        String set = shown(all);

        assertThat(usual)
                .contains("bind = \":4444\"", "bind = \":4443\"", "bind = \"127.0.0.1:8081\"", "port = 8080")
                .contains("max_streams = 1000", "ping_interval = \"30s\"", "max_response_timeout = \"30s\"")
                .contains("limit = \"1000/m\"", "burst = 100", "request_body = \"16MiB\"");
        assertThat(set)
                .contains("bind = \":14444\"", "bind = \":14443\"", "port = 18080")
                .contains("max_streams = 777", "ping_interval = \"17s\"", "max_response_timeout = \"19s\"")
                .contains("limit = \"666/m\"", "burst = 55", "request_body = \"123456");
    }

    private String shown(Map<String, String> environment) {
        try (Culvert shown = start(environment, "config", "show", profile("hybrid-server"))) {
            assertThat(shown.exitCode()).as(shown.toString()).isZero();
            return shown.out();
        }
    }

    /** A server of hybrid, and what visitors and operators ask it. */
    private final class Hybrid implements AutoCloseable {

        private final Culvert server;
        private final int visitors;
        private final String first;
        private final String second;
        private final Administration administration;

        /**
         * Starts it.
         *
         * @param blocked where clients look for the first way instead; null for where it is
         */
        Hybrid(Map<String, String> environment, String blocked) throws IOException {
            int ports = Ports.free();
            int other = Ports.free();
            int api = Ports.free();
            Map<String, String> all = new HashMap<>(environment);
            all.put("GRPC_TUNNEL_PORT", "" + ports);
            all.put("TUNNEL_PORT", "" + other);
            all.put("PROXY_PORT", "0");
            all.put("API_PORT", "" + api);
            Path token = Pair.write(directory, "token", Pair.TOKEN);
            server = start(all, "server", profile("hybrid-server"), "--token-file", token.toString());
            visitors = Integer.parseInt(server.await("^visitors: port (\\d+)"));
            first = blocked == null ? "127.0.0.1:" + ports : blocked;
            second = "127.0.0.1:" + other;
            administration = new Administration(api);
        }

        Culvert client(Service service) {
            return start(
                    Map.of(
                            "TUNNEL_SERVER",
                            first,
                            "TUNNEL_FALLBACK",
                            second,
                            "SERVER_PIN",
                            server.await("^pin: (\\S+)"),
                            "TUNNEL_TOKEN",
                            Pair.TOKEN,
                            "LOCAL_ADDR",
                            "127.0.0.1:" + service.port()),
                    "client",
                    profile("hybrid-client"));
        }

        int visitors() {
            return visitors;
        }

        Administration administration() {
            return administration;
        }

        void eventually(String... lines) {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(administration.get("/api/v1/metrics")).contains(lines));
        }

        /** How many streams are open, by listener. */
        Map<String, Integer> streams() {
            Map<String, Integer> streams = new HashMap<>();
            Matcher found = Pattern.compile("\"listener\":\"(\\w+)\".*?\"streams\":(\\d+)")
                    .matcher(administration.get("/api/v1/status"));
            while (found.find()) {
                streams.put(found.group(1), Integer.parseInt(found.group(2)));
            }
            return streams;
        }

        /** How many of so many requests, one after another on one connection, were answered as they should be. */
        int requests(int count) throws IOException {
            int ok = 0;
            try (Socket socket = Visitor.connect(visitors)) {
                InputStream in = new BufferedInputStream(socket.getInputStream());
                for (int i = 0; i < count; i++) {
                    String request = "GET /photos/" + i + " HTTP/1.1\r\nHost: app.tunnel.localhost\r\n\r\n";
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                    boolean good = head(in).startsWith("HTTP/1.1 200 ");
                    ok += good && new String(in.readNBytes(6), StandardCharsets.US_ASCII).equals("hybrid") ? 1 : 0;
                }
            }
            return ok;
        }

        /** A WebSocket, as far as the bytes that follow the upgrade. */
        Socket upgraded(String path) throws IOException {
            Socket socket = Visitor.connect(visitors);
            String request = "GET " + path + " HTTP/1.1\r\nHost: app.tunnel.localhost\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(head(socket.getInputStream())).startsWith("HTTP/1.1 101 ");
            return socket;
        }

        String post(int length) throws IOException {
            try (Socket socket = Visitor.connect(visitors)) {
                String request =
                        "POST / HTTP/1.1\r\nHost: app.tunnel.localhost\r\nContent-Length: " + length + "\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                return head(socket.getInputStream());
            }
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** A service that answers requests and takes WebSockets, and then sends back what comes. */
    private static void web(Socket connection, InputStream socket, OutputStream out) throws IOException {
        InputStream in = new BufferedInputStream(socket);
        for (String head = head(in); !head.isEmpty(); head = head(in)) {
            if (head.toLowerCase(Locale.ROOT).contains("upgrade: websocket")) {
                out.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
                in.transferTo(out);
                return;
            }
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhybrid".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** A head with the empty line after it; empty at the end. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void assumeHttp() throws IOException {
        try (Stream<Path> jars = Files.list(Culvert.home().resolve("plugins"))) {
            assumeThat(jars).as("http tunnels").anyMatch(jar -> jar.toString().contains("protocol-http"));
        }
    }

    private static Service page(String text) {
        return Service.start((connection, in, out) -> {
            byte[] seen = new byte[4096];
            if (in.read(seen) > 0) {
                String head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + text.length() + "\r\n\r\n";
                out.write((head + text).getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    private static String get(int port, String host) throws IOException {
        return get(port, host, "/");
    }

    private static String get(int port, String host, String path) throws IOException {
        try (Socket socket = Visitor.connect(port)) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private Culvert relayClient(String control, Service service) {
        return start(
                Map.of("CONTROL_PORT", control, "LOCAL_PORT", String.valueOf(service.port())),
                "client",
                profile("yamux-relay-client"));
    }

    private Culvert start(Map<String, String> environment, String... arguments) {
        return Culvert.start(Culvert.home(), directory, environment, arguments);
    }

    private static int declaredPort(Culvert server) {
        return Integer.parseInt(server.await("^visitors: tcp://\\S*:(\\d+)  \\[public\\]$"));
    }

    private static String profile(String name) {
        return Culvert.home().resolve("config/profiles/" + name + ".toml").toString();
    }
}
