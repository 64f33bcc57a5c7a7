package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP services by name, as curl sees them. */
class HttpTest {

    @TempDir
    private Path directory;

    @Test
    void aServiceIsPublicByItsNameUntilItsClientGoes() throws Exception {
        HttpServer service = service();
        try (Pair pair = Pair.start(directory, """
                [[protocol]]
                type = "http"
                bind = "127.0.0.1:0"
                """)) {
            int port = Integer.parseInt(pair.server().await("^visitors: port (\\d+)  \\[http\\]"));
            int local = service.getAddress().getPort();
            String url = "http://demo.localhost:" + port;
            try (Culvert client = command(pair, String.valueOf(local), "--name", "demo")) {
                client.await("^" + url + " -> localhost:" + local + "  \\[demo\\]$");

                assertThat(curl(url + "/seen")).isEqualTo("GET /seen demo.localhost:" + port + " 127.0.0.1 http");
                assertThat(curl("-X", "PUT", "-d", "x", url + "/put")).startsWith("PUT /put");
                assertThat(curl("-o", "/dev/null", "-w", "%{http_code}", url + "/fail"))
                        .isEqualTo("418");
                assertThat(curl("http://other.localhost:" + port + "/")).contains("404", "CLV-6002");
                assertThat(curl("--http2-prior-knowledge", url + "/two")).startsWith("GET /two demo.localhost:" + port);
                largeBodiesComeBack(url);
                String metrics = new Administration(pair.adminPort()).get("/metrics");
                assertThat(metrics)
                        .contains("tunnel_requests_total{account=\"default\",outcome=\"ok\",tunnel=\"demo\"} 5.0")
                        .contains("tunnel_request_duration_seconds_count{account=\"default\",tunnel=\"demo\"} 5");
            }
            Awaitility.await().untilAsserted(() -> assertThat(curl(url + "/")).contains("502", "CLV-3009"));

            try (Culvert client = command(pair, "http://127.0.0.1:" + local, "--path", "/api", "--strip-prefix")) {
                String picked = client.await("^(http://[a-z0-9-]+\\.localhost:" + port + "/api) -> ");
                assertThat(curl(picked + "/x?y=z")).startsWith("GET /x?y=z ");
                assertThat(curl(picked.replace("/api", "/") + "other")).contains("404");
            }
        } finally {
            service.stop(0);
        }
    }

    private void largeBodiesComeBack(String url) throws Exception {
        byte[] bytes = new byte[4 << 20];
        new Random(1).nextBytes(bytes);
        Path sent = Files.write(directory.resolve("sent"), bytes);
        Path got = directory.resolve("got");

        curl("-H", "Transfer-Encoding: chunked", "--data-binary", "@" + sent, "-o", got.toString(), url + "/echo");

        assertThat(got).hasBinaryContent(bytes);
    }

    private Culvert command(Pair pair, String service, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("http", service, "--server", "127.0.0.1:" + pair.controlPort(), "--transport", "plain"));
        arguments.addAll(List.of(more));
        return Culvert.start(
                Culvert.home(), directory, Map.of("CULVERT_TOKEN", Pair.TOKEN), arguments.toArray(String[]::new));
    }

    /** Says what it was asked for, or sends back what it was sent. */
    private static HttpServer service() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var fields = exchange.getRequestHeaders();
            String seen = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + fields.getFirst("Host")
                    + " " + fields.getFirst("X-Forwarded-For") + " " + fields.getFirst("X-Forwarded-Proto");
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean echo = exchange.getRequestURI().getPath().equals("/echo");
            byte[] answer = echo ? body : seen.getBytes(UTF_8);
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/fail") ? 418 : 200, answer.length);
            try (var out = exchange.getResponseBody()) {
                out.write(answer);
            }
        });
        server.start();
        return server;
    }

    private static String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20", "--noproxy", "*"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
