package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client may not have it does not get, and is told so. */
@Tag("slow")
class RightsTest {

    @TempDir
    private Path directory;

    @Test
    void aPortANameOrAProtocolBeyondItsRightsIsSixAndNothingListens() throws Exception {
        int permitted = Ports.free();
        int forbidden = Ports.free();
        Culvert issued = Culvert.run(
                directory,
                "token",
                "new",
                "web",
                "--ports",
                String.valueOf(permitted),
                "--names",
                "web*",
                "--types",
                "tcp");
        String token = issued.await("(clv_web_[A-Za-z0-9_-]{43})");
        String verifier = issued.await("(SCRAM-SHA-256\\$[^\"\\s]+)");
        Path file = Pair.write(directory, "server.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                [[auth]]
                type = "token"
                [[auth.tokens]]
                name = "web"
                verifier = "%s"
                types = ["tcp"]
                ports = [%d]
                names = ["web*"]
                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                [[protocol]]
                type = "tls"
                bind = "127.0.0.1:0"
                """.formatted(verifier, permitted));
        try (Service echo = Service.echo();
                Culvert server = Culvert.start(directory, "server", file.toString(), "--admin", "0")) {
            String start = "server = \"127.0.0.1:" + server.await("^clients: port (\\d+)")
                    + "\"\ntransport = {type = \"tls\", pin = \"" + server.await("^pin: (\\S+)") + "\"}\n"
                    + "[[auth]]\ntype = \"token\"\ntoken = \"" + token + "\"\n";
            server.await("^ready$");

            refused(start + Pair.tunnel("web", echo.port(), forbidden), "port");
            refused(start + Pair.tunnel("other", echo.port(), permitted), "name");
            refused(
                    start
                            + "[[tunnel]]\ntype = \"tls\"\nname = \"web\"\nhost = \"a.example.com\"\nlocal = \"127.0.0.1:1\"\n",
                    "type");
            assertThat(Ports.isFree(permitted)).isTrue();
            assertThat(Ports.isFree(forbidden)).isTrue();

            Path good = Pair.write(directory, "good.toml", start + Pair.tunnel("web", echo.port(), permitted));
            try (Culvert client = Culvert.start(directory, "client", good.toString())) {
                assertThat(Visitor.isServed(Pair.endpoint(client, "web"))).isTrue();
            }
        }
    }

    private void refused(String text, String what) {
        Path file = Pair.write(directory, what + ".toml", text);
        Culvert client = Culvert.run(directory, "client", file.toString());
        assertThat(client.exitCode()).as("%s: %s", what, client).isEqualTo(6);
        assertThat(client.err()).as(what).containsPattern("(?m)^CLV-3004: principal \"web\" ");
    }
}
