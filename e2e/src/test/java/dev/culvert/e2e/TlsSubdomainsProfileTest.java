package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profile tls-subdomains: visitors, clients, administration and metrics each on a port of their own. */
@Tag("slow")
class TlsSubdomainsProfileTest {

    @TempDir
    private Path directory;

    private final Map<String, String> core = new HashMap<>(Map.of("REQUEST_TIMEOUT", "2s", "RATE_BURST", "100"));

    private Profile profile() {
        return new Profile("tls-subdomains", directory);
    }

    @Test
    void itHasThePortsOfItsReference() {
        assertThat(profile().shown("server", Map.of()))
                .contains(
                        "bind = \":8443\"",
                        "min_version = \"1.2\"",
                        "bind = \":8080\"",
                        "domain = \"tunnel.localhost\"")
                .contains("port = 9000", "port = 9090");
        assertThat(profile().shown("client", Map.of("AGENT_TOKEN", "t", "CORE_PIN", "sha256/" + "A".repeat(43) + "=")))
                .contains("server = \"127.0.0.1:8443\"", "local = \"127.0.0.1:3000\"", "host = \"app1\"");
    }

    @Test
    void itServesBySubdomainAndIsFoundAgainAfterItWasLost() throws Exception {
        core.put("RATE_LIMIT", "1");
        for (String name : new String[] {"AGENT_PORT", "PUBLIC_PORT", "ADMIN_PORT", "METRICS_PORT"}) {
            core.put(name, "" + Ports.free());
        }
        Site app = new Site(port("PUBLIC_PORT"), "app1.tunnel.localhost");
        try (Culvert server = profile().serverWithToken(core)) {
            Map<String, String> agent = Map.of(
                    "CORE_ADDR",
                    "127.0.0.1:" + port("AGENT_PORT"),
                    "CORE_PIN",
                    server.await("^pin: (\\S+)"),
                    "AGENT_TOKEN",
                    Pair.TOKEN,
                    "AGENT_METRICS_PORT",
                    "0",
                    "LOCAL_ADDR",
                    "127.0.0.1:" + Service.nowhere());
            server.await("^ready$");
            try (Web service =
                            Web.startAt(Integer.parseInt(agent.get("LOCAL_ADDR").split(":")[1]));
                    Culvert client = profile().client(agent)) {
                client.await("\\[app1\\]$");
                bothVersionsOfHttpAreServed(app);
                assertThat(new Site(app.port(), "nobody.tunnel.localhost").status("/"))
                        .isEqualTo(404);
                assertThat(app.status("/silent")).isEqualTo(504);
                try (Socket open = app.webSocket("/live")) {
                    assertThat(Visitor.echo(open, "frame")).isEqualTo("frame");
                    metricsHaveTheNamesOfTheReference(client);
                }
                thePortOfMetricsTakesNoCommands(app);
                assertThat(Tools.handshake(port("AGENT_PORT"), "tls1_2")).contains("New, TLSv1.2");
                assertThat(Tools.handshake(port("AGENT_PORT"), "tls1_1")).contains("alert protocol version");
                await("the account's rate")
                        .atMost(Culvert.PATIENCE)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> app.status("/") == 429);

                server.kill();
                server.exitCode();
                try (Culvert again = profile().serverWithToken(core)) {
                    again.await("session active ");
                    await().atMost(Culvert.PATIENCE).until(() -> app.status("/") == 200);

                    service.close();
                    assertThat(app.status("/")).isEqualTo(502);
                    client.kill();
                    await().atMost(Culvert.PATIENCE)
                            .untilAsserted(
                                    () -> assertThat(Site.code(app.get("/"))).isEqualTo("CLV-3009"));
                    assertThat(app.status("/")).isEqualTo(502);
                }
            }
        }
    }

    private static void bothVersionsOfHttpAreServed(Site app) throws Exception {
        assertThat(Site.text(app.get("/one"))).startsWith("/one for ");
        assertThat(Tools.run(
                        Tools.require("curl"),
                        "-sS",
                        "--noproxy",
                        "*",
                        "--http2-prior-knowledge",
                        "-w",
                        " by %{http_version}, %{http_code}",
                        "http://" + app.host() + ":" + app.port() + "/two"))
                .startsWith("/two for ")
                .endsWith(" by 2, 200");
    }

    private void metricsHaveTheNamesOfTheReference(Culvert client) {
        await().atMost(Culvert.PATIENCE)
                .untilAsserted(() -> assertThat(new Administration(port("METRICS_PORT")).get("/metrics"))
                        .contains(
                                "tunnel_connections_total{account=\"default\"} 1.0",
                                "tunnel_connections_per_account{account=\"default\"} 1.0",
                                "tunnel_requests_total{account=\"default\",outcome=\"ok\",tunnel=\"app1\"} 2.0",
                                "tunnel_request_duration_seconds_count{account=\"default\",tunnel=\"app1\"}",
                                "tunnel_streams_active{account=\"default\",tunnel=\"app1\"}",
                                "tunnel_registry_size 1.0"));
        assertThat(Administration.of(client).get("/metrics"))
                .contains(
                        "agent_connection_status 1",
                        "agent_requests_total{tunnel=\"app1\"}",
                        "agent_request_duration_seconds_count{tunnel=\"app1\"}",
                        "agent_errors_total{code=");
    }

    private void thePortOfMetricsTakesNoCommands(Site app) throws IOException {
        Administration metrics = new Administration(port("METRICS_PORT"));
        Administration administration = new Administration(port("ADMIN_PORT"));

        assertThat(metrics.statusOf("/healthcheck")).isEqualTo(200);
        assertThat(metrics.statusOf("/api/v1/status")).isEqualTo(404);
        assertThat(metrics.statusOf("/threads")).isEqualTo(404);
        assertThat(metrics.post("/tasks/gc").statusCode()).isEqualTo(404);
        assertThat(metrics.command("tunnels/app1/pause").statusCode()).isEqualTo(404);
        assertThat(app.status("/")).isEqualTo(200);
        assertThat(administration.get("/api/v1/status")).contains("\"app1\"");
        assertThat(administration.command("tunnels/app1/pause").statusCode()).isEqualTo(200);
        assertThat(app.status("/")).isEqualTo(503);
        assertThat(administration.command("tunnels/app1/resume").statusCode()).isEqualTo(200);
        assertThat(app.status("/")).isEqualTo(200);
    }

    private int port(String name) {
        return Integer.parseInt(core.get(name));
    }
}
