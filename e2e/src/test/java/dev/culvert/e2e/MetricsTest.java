package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ends count what goes through, under the names of docs/metrics.md. */
class MetricsTest {

    private static final int BYTES = 10_000;
    private static final int VISITORS = 3;

    @TempDir
    private static Path directory;

    private static Pair pair;
    private static Service service;
    private static Socket staying;
    private static Administration server;
    private static Administration client;

    /** Three visitors who come and go, one who stays, two whose services are down. */
    @BeforeAll
    static void traffic() throws Exception {
        pair = Pair.start(directory);
        service = Service.echo();
        Culvert process = pair.client(
                "metrics = \"127.0.0.1:0\"",
                Pair.tunnel("web", service.port(), 0),
                Pair.tunnel("down", Service.nowhere(), 0, "when_absent = \"wait\"", "wait_timeout = \"200ms\""),
                Pair.tunnel("gone", Service.nowhere(), 0));
        int web = Pair.endpoint(process, "web");
        for (int i = 0; i < VISITORS; i++) {
            byte[] bytes = Visitor.random(i, BYTES);
            assertThat(Visitor.sendAndReadToEnd(web, bytes)).isEqualTo(bytes);
        }
        staying = Visitor.connect(web);
        assertThat(Visitor.echo(staying, "here")).isEqualTo("here");
        assertThat(Visitor.fateAt(Pair.endpoint(process, "down"))).isEqualTo(Visitor.RESET);
        assertThat(Visitor.fateAt(Pair.endpoint(process, "gone"))).isEqualTo(Visitor.RESET);
        try (Socket stranger = Visitor.connect(pair.controlPort())) {
            stranger.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Visitor.fate(stranger);
        }
        try (Culvert refused = pair.startClient(
                "127.0.0.1:" + pair.controlPort(), Pair.tunnel("taken", service.port(), pair.adminPort()))) {
            assertThat(refused.exitCode()).isEqualTo(6);
        }
        server = new Administration(pair.adminPort());
        client = Administration.of(process);
    }

    @AfterAll
    static void stop() throws IOException {
        staying.close();
        pair.close();
        service.close();
    }

    @Test
    void theServerCountsSessionsVisitorsAndBytes() {
        String web = "account=\"default\",tunnel=\"web\"";
        eventually(server, "tunnel_connections_total{account=\"default\"}", 2);
        eventually(server, "culvert_tunnels_refused_total{account=\"default\",code=\"CLV-3006\"}", 1);
        eventually(server, "culvert_clients_refused_total{code=\"CLV-4001\",listen=\"main\"}", 1);
        eventually(server, "tunnel_connections_per_account{account=\"default\"}", 1);
        eventually(server, "culvert_sessions{listen=\"main\"}", 1);
        eventually(server, "tunnel_registry_size", 3);
        eventually(server, "culvert_unauthenticated_connections", 0);
        eventually(server, "tunnel_requests_total{account=\"default\",outcome=\"ok\",tunnel=\"web\"}", VISITORS);
        eventually(server, "tunnel_requests_total{account=\"default\",outcome=\"refused\",tunnel=\"down\"}", 1);
        eventually(server, "tunnel_streams_active{" + web + "}", 1);
        eventually(server, "culvert_visitors", 1);
        eventually(
                server, "culvert_bytes_total{account=\"default\",direction=\"in\",tunnel=\"web\"}", VISITORS * BYTES);
        eventually(
                server, "culvert_bytes_total{account=\"default\",direction=\"out\",tunnel=\"web\"}", VISITORS * BYTES);
        eventually(server, "culvert_visitors_refused_total{account=\"default\",code=\"CLV-3010\",tunnel=\"down\"}", 1);
        eventually(server, "tunnel_requests_total{account=\"default\",outcome=\"refused\",tunnel=\"gone\"}", 1);
        eventually(server, "culvert_visitors_refused_total{account=\"default\",code=\"CLV-5001\",tunnel=\"gone\"}", 1);
        eventually(server, "culvert_connection_duration_seconds_count{" + web + "}", VISITORS);
        eventually(server, "culvert_connection_duration_seconds_bucket{" + web + ",le=\"+Inf\"}", VISITORS);
    }

    @Test
    void theClientCountsStreamsBytesAndErrors() {
        eventually(client, "agent_connection_status", 1);
        eventually(client, "agent_requests_total{tunnel=\"web\"}", VISITORS + 1);
        eventually(client, "agent_requests_total{tunnel=\"down\"}", 1);
        eventually(client, "agent_request_duration_seconds_count{tunnel=\"web\"}", VISITORS + 1);
        eventually(client, "agent_errors_total{code=\"CLV-5001\"}", 2);
        eventually(client, "culvert_bytes_total{direction=\"in\",tunnel=\"web\"}", VISITORS * BYTES);
        eventually(client, "culvert_bytes_total{direction=\"out\",tunnel=\"web\"}", VISITORS * BYTES);
        eventually(client, "culvert_reconnects_total", 0);
    }

    @Test
    void everyNameOfTheDocumentIsThere() throws IOException {
        String document = Files.readString(Path.of(System.getProperty("culvert.repository"), "docs/metrics.md"));
        int split = document.indexOf("## Client");
        for (boolean ofServer : List.of(true, false)) {
            String page = (ofServer ? server : client).get("/metrics");
            String part = ofServer ? document.substring(0, split) : document.substring(split);
            Pattern.compile("(?m)^\\| `([a-z_]+)` \\| (\\w+) \\|(.*)$")
                    .matcher(part)
                    .results()
                    .filter(row -> !row.group(3).contains("appears with "))
                    .forEach(row -> assertThat(page).contains("# TYPE " + row.group(1) + " " + row.group(2) + "\n"));
        }
    }

    @Test
    void promtoolHasNothingToSay() throws Exception {
        Assumptions.assumeTrue(isInstalled(), "promtool is not installed: /metrics is not checked by it");
        for (Administration end : List.of(server, client)) {
            Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
            try (var in = promtool.getOutputStream()) {
                in.write(end.get("/metrics").getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).isEmpty();
            assertThat(promtool.waitFor()).isZero();
        }
    }

    private static void eventually(Administration end, String sample, double value) {
        Awaitility.await(sample)
                .atMost(Culvert.PATIENCE)
                .untilAsserted(() -> assertThat(end.get("/metrics")
                                .lines()
                                .filter(line -> line.startsWith(sample + " "))
                                .map(line -> Double.parseDouble(line.substring(sample.length() + 1))))
                        .containsExactly(value));
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            return new ProcessBuilder("promtool", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
