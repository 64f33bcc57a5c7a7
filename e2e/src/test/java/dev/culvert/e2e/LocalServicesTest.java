package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of local service behind one client, as curl and plain sockets see them; the proxies have {@link ProxyTest}. */
@Tag("slow")
class LocalServicesTest {

    @TempDir
    private static Path directory;

    private static HttpService plain;
    private static HttpService tls;
    private static HttpService ill;
    private static UnixService unix;
    private static Pair pair;
    private static Culvert client;
    private static Administration administration;
    private static String at;

    @BeforeAll
    static void start() throws Exception {
        OwnCertificate certificate = OwnCertificate.make(directory, "localhost");
        plain = HttpService.start();
        tls = HttpService.start(certificate.context());
        ill = HttpService.start();
        unix = UnixService.at(directory.resolve("app.sock"));
        Path site = Files.createDirectories(directory.resolve("site"));
        Files.writeString(site.resolve("index.html"), "<h1>a site</h1>");
        Files.writeString(site.resolve(".secret"), "nobody's business");
        pair = Pair.start(directory, """
                [[protocol]]
                type = "http"
                bind = "127.0.0.1:0"
                """);
        client = pair.client(
                "metrics = \"127.0.0.1:0\"",
                tunnel("tcp", "raw-port", "127.0.0.1:" + plain.port()),
                tunnel("tcp", "raw-socket", "unix:" + directory.resolve("app.sock")),
                tunnel("tcp", "raw-gone", "unix:" + directory.resolve("gone.sock")),
                tunnel("http", "port", "127.0.0.1:" + plain.port()),
                tunnel("http", "socket", "unix:" + directory.resolve("app.sock")),
                tunnel("http", "gone", "unix:" + directory.resolve("gone.sock")),
                tunnel("http", "tls", "https://localhost:" + tls.port(), "ca = \"" + certificate.pem() + "\""),
                tunnel(
                        "http",
                        "misnamed",
                        "https://localhost:" + tls.port(),
                        "ca = \"" + certificate.pem() + "\"",
                        "server_name = \"another.example\""),
                tunnel("http", "site", "file:" + site),
                tunnel(
                        "http",
                        "ill",
                        "127.0.0.1:" + ill.port(),
                        "health_check = {path = \"/well\", interval = \"50ms\", failures = 2, successes = 2}"));
        at = ":" + pair.server().await("^visitors: port (\\d+)  \\[http\\]") + "/";
        client.await("^http://ill\\.localhost");
        administration = Administration.of(client);
    }

    @AfterAll
    static void stop() throws IOException {
        pair.close();
        unix.close();
        plain.close();
        tls.close();
        ill.close();
    }

    @Test
    void aServiceAtAPortIsReachedByTcpAndByHttp() throws Exception {
        assertThat(rawly("raw-port")).startsWith("HTTP/1.1 200 ").endsWith("hello");
        assertThat(curl("port")).startsWith("HTTP/1.1 200 ").endsWith("hello");
    }

    @Test
    void aServiceOnAUnixSocketIsReachedByTcpAndByHttpAndToldTheVisitorsHost() throws Exception {
        assertThat(rawly("raw-socket")).startsWith("HTTP/1.1 200 ").endsWith("any");
        assertThat(curl("socket")).startsWith("HTTP/1.1 200 ").endsWith("socket.localhost" + at.replace("/", ""));
    }

    @Test
    void aUnixSocketThatIsNotThereIsAResetByTcpAndACodeByHttp() throws Exception {
        assertThat(Visitor.fateAt(Pair.endpoint(client, "raw-gone"))).isEqualTo(Visitor.RESET);
        assertThat(curl("gone")).startsWith("HTTP/1.1 502 ").containsIgnoringCase("x-culvert-error: CLV-5001\r\n");
        client.await("tunnel=raw-gone .*CLV-5001: local unix:" + directory + "/gone\\.sock: there is no such socket");
        client.await("tunnel=gone .*CLV-5001: local unix:" + directory + "/gone\\.sock: there is no such socket");
    }

    @Test
    void aServiceOfTlsIsReachedIfItsCertificateIsForItAndElseVisitorsAreToldTheCode() throws Exception {
        assertThat(curl("tls")).startsWith("HTTP/1.1 200 ").endsWith("hello");
        assertThat(curl("misnamed")).startsWith("HTTP/1.1 502 ").containsIgnoringCase("x-culvert-error: CLV-5008\r\n");
        client.await("tunnel=misnamed .*CLV-5008: local https://localhost:\\d+: .*another\\.example");
    }

    @Test
    void theFilesOfADirectoryAreThereAndWhatIsHiddenIsNot() throws Exception {
        assertThat(curl("site"))
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("content-type: text/html")
                .endsWith("<h1>a site</h1>");
        assertThat(curl("site", ".secret")).startsWith("HTTP/1.1 404 ").doesNotContain("business");
    }

    @Test
    void aServiceThatFallsIllIsSoInStatusMetricsAndAnswersUntilItIsWellAgain() throws Exception {
        awaitIll("1.0", "200");
        awaitState("ready");

        ill.setIll(true);
        awaitIll("0.0", "502");
        String reason = "CLV-5007: health check: local 127.0.0.1:" + ill.port() + " answered 500 to GET /well";
        assertThat(curl("ill")).contains("CLV-5007").doesNotContain("hello");
        for (Administration end : new Administration[] {administration, new Administration(pair.adminPort())}) {
            Culvert status = Culvert.run(directory, "status", "--at", end.address());
            assertThat(status.out()).containsPattern("(?m)^ *ill .* degraded .*\n .*" + reason);
            assertThat(status.out()).containsPattern("(?m)^ *port .* (ready|registered) ");
        }
        assertThat(curl("port")).startsWith("HTTP/1.1 200 ");

        ill.setIll(false);
        awaitIll("1.0", "200");
        awaitState("ready");
        assertThat(Culvert.run(directory, "status", "--at", administration.address())
                        .out())
                .containsPattern("(?m)^ill .* ready ");
    }

    private static void awaitIll(String healthy, String status) {
        Awaitility.await().atMost(Culvert.PATIENCE).untilAsserted(() -> {
            assertThat(administration.get("/metrics")).contains("culvert_service_healthy{tunnel=\"ill\"} " + healthy);
            assertThat(curl("ill")).startsWith("HTTP/1.1 " + status + " ");
        });
    }

    private static void awaitState(String state) {
        Awaitility.await()
                .atMost(Culvert.PATIENCE)
                .untilAsserted(() -> assertThat(administration.get("/api/v1/status"))
                        .containsPattern("\"name\":\"ill\"[^}]*\"state\":\"" + state + "\""));
    }

    private static String tunnel(String type, String name, String local, String... more) {
        return """
                [[tunnel]]
                type = "%s"
                name = "%s"
                local = "%s"
                """.formatted(type, name, local)
                + (type.equals("http") ? "host = \"" + name + "\"\n" : "")
                + String.join("\n", more) + "\n";
    }

    /** The head and body that curl is answered by the tunnel of that name. */
    private static String curl(String host, String... path) throws IOException, InterruptedException {
        String url = "http://" + host + ".localhost" + at + String.join("/", path);
        return Tools.run(Tools.require("curl"), "-sSi", "--max-time", "20", "--noproxy", "*", url);
    }

    /** What a request through a tcp tunnel is answered. */
    private static String rawly(String tunnel) throws IOException {
        try (Socket visitor = Visitor.connect(Pair.endpoint(client, tunnel))) {
            visitor.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(visitor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
