package dev.culvert.e2e;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
    void hybridFallsBackToItsOtherPort() throws Exception {
        assumeHttp();
        Path token = Pair.write(directory, "token", Pair.TOKEN);
        int fallback = Ports.free();
        Map<String, String> core =
                Map.of("GRPC_TUNNEL_PORT", "0", "TUNNEL_PORT", "" + fallback, "PROXY_PORT", "0", "API_PORT", "0");
        try (Service service = page("hybrid");
                Culvert server = start(core, "server", profile("hybrid-server"), "--token-file", token.toString())) {
            Map<String, String> home = Map.of(
                    "TUNNEL_SERVER",
                    "127.0.0.1:" + Service.nowhere(),
                    "TUNNEL_FALLBACK",
                    "127.0.0.1:" + fallback,
                    "SERVER_PIN",
                    server.await("^pin: (\\S+)"),
                    "TUNNEL_TOKEN",
                    Pair.TOKEN,
                    "LOCAL_ADDR",
                    "127.0.0.1:" + service.port());
            int visitors = Integer.parseInt(server.await("^visitors: port (\\d+)"));
            try (Culvert client = start(home, "client", profile("hybrid-client"))) {
                client.await(
                        "^transport: tls to 127\\.0\\.0\\.1:" + fallback + ": those listed before it were rejected");
                client.await("\\[app\\]$");
                assertThat(get(visitors, "app.tunnel.localhost"))
                        .contains("200 OK")
                        .endsWith("hybrid");
            }
        }
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
        try (Socket socket = Visitor.connect(port)) {
            String request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
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
