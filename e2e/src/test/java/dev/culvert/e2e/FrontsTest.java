package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Visitors and clients behind nginx and Caddy, with the files that the operator's manual has. */
@Tag("slow")
class FrontsTest {

    private static final String VISITOR = "127.0.0.7";

    @TempDir
    private Path directory;

    private interface Start {
        Front with(Path directory, int port, String file) throws IOException;
    }

    @Test
    void visitorsAndClientsPassNginx() throws Exception {
        Tools.require("nginx");
        assertPass("nginx", Front::nginxWithHttp);
    }

    @Test
    void visitorsAndClientsPassCaddy() throws Exception {
        Tools.require("caddy");
        assertPass("caddyfile", Front::caddy);
    }

    @Test
    void nginxSaysWhoAVisitorIsByTheProxyProtocol() throws Exception {
        Tools.require("nginx");
        Path server = Pair.write(directory, "server.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                transport = "plain"
                [[auth]]
                type = "token"
                token = "%s"
                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                proxy_protocol_from = ["127.0.0.1"]
                """.formatted(Pair.TOKEN));
        try (Service service = Service.start((connection, in, out) -> {
                    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                        out.write(c);
                    }
                });
                Culvert relay = Culvert.start(directory, "server", server.toString(), "--admin", "0");
                Culvert client = client(
                        Map.of(),
                        "127.0.0.1:" + relay.await("^clients: port (\\d+)"),
                        "\"plain\"",
                        Pair.tunnel("t", service.port(), 0, "probe = false", "proxy_protocol = \"v1\""))) {
            int port = Ports.free();
            try (Front front = Front.nginx(directory, port, """
                            stream {
                                server {
                                    listen 127.0.0.1:%d;
                                    proxy_pass 127.0.0.1:%d;
                                    proxy_protocol on;
                                }
                            }
                            """.formatted(port, Pair.endpoint(client, "t")));
                    Socket visitor =
                            new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(VISITOR), 0)) {
                visitor.setSoTimeout(20_000);
                assertThat(new String(visitor.getInputStream().readAllBytes(), US_ASCII).strip())
                        .isEqualTo("PROXY TCP4 " + VISITOR + " 127.0.0.1 " + visitor.getLocalPort() + " " + port);
            }
        }
    }

    /** A client's session and a visitor of its tunnel, both by TLS through the proxy. */
    private void assertPass(String language, Start start) throws Exception {
        Tools.certify(directory, "example.com", List.of("example.com", "*.example.com"));
        Map<String, String> environment = Map.of(
                "CULVERT_TOKEN",
                Pair.TOKEN,
                "CULVERT_JAVA_OPTS",
                "-Djdk.net.hosts.file=" + Pair.write(directory, "hosts", "127.0.0.1 localhost example.com\n"));
        Path file = Pair.write(
                directory,
                "server.toml",
                manual("toml", "/etc/culvert/server.toml").replace("127.0.0.1:8080", "127.0.0.1:0"));
        HttpServer service = service();
        try (Culvert server =
                Culvert.start(Culvert.home(), directory, environment, "server", file.toString(), "--admin", "0")) {
            String visitors = server.await("^visitors: port (\\d+)  \\[http\\]");
            int port = Ports.free();
            String path = language.equals("nginx") ? "/etc/nginx/conf.d/culvert.conf" : "/etc/caddy/Caddyfile";
            String front = manual(language, path)
                    .replace("127.0.0.1:8080", "127.0.0.1:" + visitors)
                    .replace("/etc/ssl", directory.toString())
                    .replace("listen 443", "listen 127.0.0.1:" + port)
                    .replace("example.com, *.example.com {", "example.com:" + port + ", *.example.com:" + port + " {");
            try (Front proxy = start.with(directory, port, front);
                    Culvert client = client(
                            environment,
                            "example.com:" + port,
                            "[[{type = \"tls\", ca = \"" + directory.resolve("example.com.pem")
                                    + "\"}, \"websocket\"]]",
                            """
                            [[tunnel]]
                            type = "http"
                            name = "web"
                            host = "web"
                            local = %d
                            """.formatted(service.getAddress().getPort()))) {
                client.await("^https://web\\.example\\.com -> ");

                for (String version : List.of("--http1.1", "--http2")) {
                    assertThat(ask(port, version).lines())
                            .containsExactly(
                                    VISITOR + ", 127.0.0.1", VISITOR, "https", "web.example.com:" + port, "known here");
                }
            }
        } finally {
            service.stop(0);
        }
    }

    private String ask(int port, String version) throws Exception {
        String host = "web.example.com:" + port;
        return Tools.run(
                Tools.require("curl"),
                "-sS",
                "--max-time",
                "20",
                "--noproxy",
                "*",
                version,
                "--interface",
                VISITOR,
                "--resolve",
                host + ":127.0.0.1",
                "--cacert",
                directory.resolve("example.com.pem").toString(),
                "-H",
                "X-Forwarded-For: 6.6.6.6",
                "-H",
                "Forwarded: for=6.6.6.6",
                "-H",
                "X-Forwarded-Host: evil.example",
                "-H",
                "X-Request-Id: evil",
                "https://" + host + "/");
    }

    /** Says on a line each what it is told of who visits it. */
    private static HttpServer service() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var fields = exchange.getRequestHeaders();
            boolean forged = fields.entrySet().stream()
                    .anyMatch(field -> field.getValue().toString().matches(".*(6\\.6\\.6\\.6|evil).*"));
            byte[] answer = String.join(
                            "\n",
                            fields.getFirst("X-Forwarded-For"),
                            fields.getFirst("X-Real-IP"),
                            fields.getFirst("X-Forwarded-Proto"),
                            fields.getFirst("X-Forwarded-Host"),
                            forged ? "forged: " + fields.entrySet() : "known here")
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        return server;
    }

    private Culvert client(Map<String, String> environment, String server, String transport, String tunnel) {
        Path file = Pair.write(directory, "client.toml", """
                server = "%s"
                transport = %s
                [[auth]]
                type = "token"
                token = "%s"
                channel_binding = "off"
                %s""".formatted(server, transport, Pair.TOKEN, tunnel));
        return Culvert.start(Culvert.home(), directory, environment, "client", file.toString());
    }

    /** The file of that name in the operator's manual. */
    private static String manual(String language, String path) throws IOException {
        String text = Files.readString(Path.of(System.getProperty("culvert.repository"), "docs/operator.md"));
        Matcher block = Pattern.compile("```" + language + "\n# " + Pattern.quote(path) + "\n(.*?)```", Pattern.DOTALL)
                .matcher(text);
        assertThat(block.find()).as("%s in the manual", path).isTrue();
        return block.group(1);
    }
}
