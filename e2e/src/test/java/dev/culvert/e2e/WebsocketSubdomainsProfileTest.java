package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The profile websocket-subdomains: one port for visitors and for clients, perhaps behind a balancer that ends TLS. */
@Tag("slow")
class WebsocketSubdomainsProfileTest {

    @TempDir
    private Path directory;

    private Profile profile() {
        return new Profile("websocket-subdomains", directory);
    }

    @Test
    void itHasThePortsOfItsReferenceAndAHostOnlyIfOneIsNamed() {
        Map<String, String> token = Map.of("TUNNEL_TOKEN", "t");

        assertThat(profile().shown("server", Map.of()))
                .contains("bind = \":8080\"", "path = \"/tunnel\"", "access_log = \"json\"")
                .doesNotContain("url = ");
        assertThat(profile().shown("client", token))
                .contains("server = \"127.0.0.1:8080\"", "local = \"127.0.0.1:8084\"")
                .doesNotContain("host = ");
        assertThat(profile().shown("client", Map.of("TUNNEL_TOKEN", "t", "SUBDOMAIN", "mine")))
                .contains("host = \"mine\"");
    }

    @Test
    void onePortServesVisitorsAndClientsBehindABalancerToo() throws Exception {
        int front = Ports.free();
        Tools.certify(directory, "front", List.of("localhost"));
        Map<String, String> settings =
                Map.of("PORT", "0", "PUBLIC_URL", "https://tunnel.localhost:" + front, "RATE_TUNNEL", "10");
        int local = Service.nowhere();
        try (Culvert server = profile().serverWithToken(settings, "--admin", "0")) {
            String port = server.await("^visitors: port (\\d+)");
            assertThat(server.await("^clients: port (\\d+)")).isEqualTo(port);
            try (Relay wire = new Relay(Integer.parseInt(port));
                    Web service = Web.startAt(local);
                    Culvert client = profile().client(agent("127.0.0.1:" + wire.port(), local))) {
                String host = client.await("^https://(\\S+\\.tunnel\\.localhost):" + front + " -> .*\\[app\\]$");
                Site picked = new Site(Integer.parseInt(port), host);
                assertThat(Site.text(picked.get("/"))).isEqualTo("/ for 127.0.0.1");
                assertThat(new Site(picked.port(), "nobody.tunnel.localhost").status("/"))
                        .isEqualTo(404);
                try (Socket socket = picked.webSocket("/live")) {
                    assertThat(Visitor.echo(socket, "frame")).isEqualTo("frame");
                }
                server.await("\"target\":\"/live\".*\"status\":101");

                requestsWaitForTheClientToComeBack(picked, wire, Administration.of(server));
                await("the tunnel's rate")
                        .atMost(Culvert.PATIENCE)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> picked.servedOf(100) < 100 && picked.status("/") == 429);
                service.close();
                await().atMost(Culvert.PATIENCE).until(() -> picked.status("/") == 502);
            }
            behindATlsFront(front, port, local);
        }
    }

    private static void requestsWaitForTheClientToComeBack(Site picked, Relay wire, Administration administration)
            throws IOException {
        wire.block();
        await().atMost(Culvert.PATIENCE)
                .until(() -> !administration.get("/metrics").contains("culvert_sessions{listen=\"main\"} 1.0"));
        try (Socket waiting = picked.ask("GET /waiting")) {
            wire.restore();
            HttpAnswer answer = HttpAnswer.read(waiting.getInputStream());
            assertThat(Site.text(answer)).startsWith("/waiting for ");
        }
        assertThat(administration.get("/metrics"))
                .contains("culvert_requests_held_total{account=\"default\",outcome=\"ok\",tunnel=\"app\"} 1.0");
    }

    /** A client that knows the balancer by its certificate, and asks for a name. */
    private void behindATlsFront(int front, String server, int local) throws Exception {
        String file = """
                server {
                    listen 127.0.0.1:%d ssl;
                    ssl_certificate %s/front.pem;
                    ssl_certificate_key %s/front.key;
                    ssl_protocols TLSv1.3;
                    location / {
                        proxy_pass http://127.0.0.1:%s;
                        proxy_http_version 1.1;
                        proxy_set_header Host $http_host;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection upgrade;
                    }
                }
                """.formatted(front, directory, directory, server);
        try (Front balancer = Front.nginxWithHttp(directory, front, file);
                Web service = Web.startAt(local);
                Culvert client = profile()
                        .client(Map.of(
                                "TUNNEL_SERVER",
                                "localhost:" + front,
                                "TUNNEL_LAYER",
                                "tls",
                                "TUNNEL_CA",
                                directory.resolve("front.pem").toString(),
                                "TUNNEL_TOKEN",
                                Pair.TOKEN,
                                "SUBDOMAIN",
                                "mine",
                                "LOCAL_URL",
                                service.address()))) {
            client.await("^https://mine\\.tunnel\\.localhost:" + front + " -> .*\\[app\\]$");
            assertThat(new Site(Integer.parseInt(server), "mine.tunnel.localhost").status("/"))
                    .isEqualTo(200);
            assertThat(Tools.run(
                            Tools.require("curl"),
                            "-sSk",
                            "--noproxy",
                            "*",
                            "https://mine.tunnel.localhost:" + front + "/by-the-balancer"))
                    .startsWith("/by-the-balancer for ");
        }
    }

    private static Map<String, String> agent(String server, int local) {
        return Map.of("TUNNEL_SERVER", server, "TUNNEL_TOKEN", Pair.TOKEN, "LOCAL_URL", "127.0.0.1:" + local);
    }
}
