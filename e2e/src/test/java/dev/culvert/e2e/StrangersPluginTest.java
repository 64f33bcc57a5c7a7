package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A jar that somebody built who knows nothing of Culvert but its SPI. */
@Tag("slow")
class StrangersPluginTest {

    @TempDir
    private Path directory;

    @Test
    void isSelectedByItsTypeAndCarriesTraffic() throws Exception {
        Path home = Examples.distributionWith(directory, Examples.built(directory, "transport-xor"));
        Map<String, String> none = Map.of();
        Path server = Pair.write(directory, "server.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                transport = { type = "xor", mask = 90 }

                [[auth]]
                type = "token"
                token = "%s"
                """.formatted(Pair.TOKEN));
        try (Service echo = Service.echo();
                Culvert relay = Culvert.start(home, directory, none, "server", server.toString(), "--admin", "0")) {
            Path file = Pair.write(directory, "client.toml", """
                    server = "127.0.0.1:%s"
                    transport = { type = "xor", mask = 90 }

                    [[auth]]
                    type = "token"
                    token = "%s"

                    %s
                    """.formatted(
                            relay.await("^clients: port (\\d+)"), Pair.TOKEN, Pair.tunnel("t", echo.port(), 0)));
            try (Culvert client = Culvert.start(home, directory, none, "client", file.toString())) {
                int port = Pair.endpoint(client, "t");

                assertThat(Visitor.sendAndReadToEnd(port, "hello".getBytes(StandardCharsets.US_ASCII)))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("hello");
            }
        }
    }
}
