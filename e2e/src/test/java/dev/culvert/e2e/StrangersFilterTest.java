package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A filter of an author who knows the SPI and the test kit alone, in a file together with the built-in ones. */
@Tag("slow")
class StrangersFilterTest {

    private static final String BASIC =
            "{ type = \"basic-auth\", users = [{ name = \"alice\", password = \"open sesame\" }] }";

    @TempDir
    private Path directory;

    @Test
    void worksInOrderWithTheBuiltInOnes() throws Exception {
        Path home = Examples.distributionWith(directory, Examples.built(directory, "filter-timing"));
        Map<String, String> none = Map.of();
        Path server = Pair.write(directory, "server.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                transport = "plain"

                [[auth]]
                type = "token"
                token = "%s"

                [[protocol]]
                type = "http"
                bind = "127.0.0.1:0"
                domain = "localhost"
                filters = [{ type = "ip", allow = ["127.0.0.0/8"] }, { type = "timing", name = "server" }]
                """.formatted(Pair.TOKEN));
        try (HttpService service = HttpService.start();
                Culvert relay = Culvert.start(home, directory, none, "server", server.toString(), "--admin", "0")) {
            String control = relay.await("^clients: port (\\d+)");
            Path file = Pair.write(directory, "client.toml", """
                    server = "127.0.0.1:%s"
                    transport = "plain"

                    [[auth]]
                    type = "token"
                    token = "%s"

                    [[tunnel]]
                    type = "http"
                    name = "before"
                    host = "before"
                    local = %d
                    filters = [{ type = "timing", name = "tunnel" }, %s]

                    [[tunnel]]
                    type = "http"
                    name = "behind"
                    host = "behind"
                    local = %d
                    filters = [%s, { type = "timing", name = "tunnel" }]
                    """.formatted(
                            control, Pair.TOKEN, service.port(), BASIC, service.port(), BASIC));
            try (Culvert client = Culvert.start(home, directory, none, "client", file.toString())) {
                int port = URI.create(client.await("(http://before\\.localhost:\\d+)"))
                        .getPort();
                client.await("(http://behind\\.localhost:\\d+)");

                assertThat(timings(ask(port, "before", true))).containsExactly("tunnel", "server");
                assertThat(timings(ask(port, "behind", true))).containsExactly("tunnel", "server");
                assertThat(ask(port, "before", false)).startsWith("HTTP/1.1 401 ");
                assertThat(timings(ask(port, "before", false))).containsExactly("tunnel", "server");
                assertThat(timings(ask(port, "behind", false))).containsExactly("server");
                assertThat(service.requests()).isEqualTo(2);
            }
        }
    }

    // Not every machine resolves names below localhost, so it is asked for by its Host.
    private static String ask(int port, String label, boolean withPassword) throws Exception {
        String pair = Base64.getEncoder().encodeToString("alice:open sesame".getBytes(StandardCharsets.US_ASCII));
        try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port)) {
            visitor.setSoTimeout(20_000);
            visitor.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + label + ".localhost:" + port + "\r\nConnection: close\r\n"
                                    + (withPassword ? "Authorization: Basic " + pair + "\r\n" : "") + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(visitor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    // The filter nearest to the service writes first.
    private static List<String> timings(String answer) {
        return answer.lines()
                .filter(line -> line.startsWith("server-timing: "))
                .map(line -> line.substring("server-timing: ".length(), line.indexOf(';')))
                .toList();
    }
}
