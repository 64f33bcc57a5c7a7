package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that lets one way through and not the others, as a person sees it. */
class FallbackTest {

    private static final String PORTAL = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n"
            + "Connection: close\r\n\r\n<html>Please log in.</html>";

    @TempDir
    private Path directory;

    @Test
    void theStatusSaysWhichTransportIsOnAndWhyNotTheOthers() throws Exception {
        try (Service service = Service.echo();
                Service silent = Service.start((connection, in, out) -> in.readAllBytes());
                Service portal = portal();
                Pair pair = Pair.start(directory);
                Culvert client = pair.startClient(
                        "127.0.0.1:" + pair.controlPort(),
                        List.of("--metrics", "127.0.0.1:0"),
                        transports(silent, portal, "{type = \"plain\"}"),
                        Pair.tunnel("web", service.port(), 0))) {
            int port = Pair.endpoint(client, "web");
            String server = "127.0.0.1:" + pair.controlPort();

            assertThat(Visitor.sendAndReadToEnd(port, "hello".getBytes(US_ASCII)))
                    .asString()
                    .isEqualTo("hello");
            assertThat(client.out())
                    .containsPattern("(?m)^transport: plain to " + server + ": those listed before it were rejected$")
                    .containsPattern("(?m)^  rejected: plain to 127.0.0.1:" + silent.port()
                            + ": CLV-4003: no login at 127.0.0.1:" + silent.port() + " within 500 ms\\.$")
                    .containsPattern("(?m)^  rejected: plain to 127.0.0.1:" + portal.port() + ": CLV-40\\d\\d: ");
            client.await("transport plain server=" + server + " why=\"those listed before it were rejected\" "
                    + "rejected=\"plain to 127");

            String at = Administration.of(client).address();
            Culvert status = Culvert.run(directory, "status", "--at", at);
            assertThat(status.exitCode()).as(status.toString()).isZero();
            assertThat(status.out())
                    .containsPattern("(?m)^client \\S+ of " + server + ": connected, sessions: 1$")
                    .containsPattern("(?m)^transport plain to " + server
                            + ": those listed before it were rejected, since \\S+Z$")
                    .containsPattern("(?m)^  rejected: plain to 127.0.0.1:" + silent.port()
                            + ": CLV-4003: no login .*  \\(\\S+Z\\)$")
                    .containsPattern("(?m)^  rejected: plain to 127.0.0.1:" + portal.port() + ": CLV-40")
                    .containsPattern(
                            "(?m)^session \\w+  plain to \\S+  account \\S+  since \\S+ \\(\\w+\\)  streams \\d+  \\S+")
                    .containsPattern("(?m)^web +tcp +tcp://127.0.0.1:" + port + " +127.0.0.1:" + service.port()
                            + " +(registered|ready)");
            assertThat(Culvert.run(directory, "status", "--at", at, "--json").out())
                    .contains(
                            "\"state\":\"connected\"",
                            "\"transports\":[{\"transport\":\"plain\",\"server\":\"" + server + "\"",
                            "\"rejected\":[{\"transport\":\"plain\",\"server\":\"127.0.0.1:" + silent.port() + "\"");
        }
    }

    @Test
    void behindACaptivePortalAClientStaysAndSaysWhatItSees() {
        try (Service silent = Service.start((connection, in, out) -> in.readAllBytes());
                Service portal = portal();
                Pair pair = Pair.start(directory);
                Culvert client = pair.startClient(
                        "127.0.0.1:" + pair.controlPort(),
                        List.of("--metrics", "127.0.0.1:0"),
                        transports(silent, portal, ""),
                        Pair.tunnel("web", 1, 0))) {
            client.await("CLV-4020: no transport leads to a login: plain to .* Next attempt in \\d+ ms");
            String at = Administration.of(client).address();

            Awaitility.await()
                    .atMost(Culvert.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    Culvert.run(directory, "status", "--at", at).out())
                            .containsPattern("(?m)^client \\S+ of \\S+: retrying  CLV-4020: ")
                            .containsPattern("(?m)^  rejected: plain to 127.0.0.1:" + silent.port() + ": CLV-4003")
                            .containsPattern("(?m)^  rejected: plain to 127.0.0.1:" + portal.port() + ": CLV-40"));
            assertThat(client.isAlive()).isTrue();
        }
    }

    private static String transports(Service silent, Service portal, String last) {
        return """
                transport = [
                  {type = "plain", server = "127.0.0.1:%d"},
                  {type = "plain", server = "127.0.0.1:%d"},
                  %s
                ]
                transport_timeout = "500ms"
                max_interval = "500ms"
                """.formatted(silent.port(), portal.port(), last);
    }

    private static Service portal() {
        return Service.start((connection, in, out) -> {
            out.write(PORTAL.getBytes(US_ASCII));
            connection.shutdownOutput();
            in.readAllBytes();
        });
    }
}
