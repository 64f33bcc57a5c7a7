package dev.culvert.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.server.TunnelServer;
import dev.culvert.testkit.FreePort;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A balancer in front of HTTP learns that a server is about to stop before it has stopped. */
final class DrainDelayTest {

    @TempDir
    private Path directory;

    @Test
    void aServerThatIsToStopSaysSoAndGoesOnForAWhile() throws Exception {
        int port = FreePort.any();
        Path file = Files.writeString(directory.resolve("server.toml"), """
                data_directory = "%s"
                drain_delay = "1h"
                [[listen]]
                name = "main"
                bind = "127.0.0.1:0"
                transport = "plain"
                [[auth]]
                type = "token"
                token = "a token of more than sixteen bytes"
                [[protocol]]
                type = "http"
                bind = "127.0.0.1:%d"
                """.formatted(directory, port));
        TunnelServer server = Culvert.listen(file);
        Thread stopping = new Thread(() -> server.stop(Duration.ofSeconds(30)));
        try {
            assertThat(status(port, "/readyz")).isEqualTo(200);

            stopping.start();

            await().until(() -> status(port, "/readyz") == 503);
            assertThat(status(port, "/healthz")).isEqualTo(200);
        } finally {
            stopping.interrupt(); // the delay is over
            stopping.join();
        }
    }

    private static int status(int port, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setReadTimeout(20_000);
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
