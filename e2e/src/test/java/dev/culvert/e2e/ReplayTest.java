package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client said once, over TLS, lets nobody in who says it again. */
@Tag("slow")
class ReplayTest {

    @TempDir
    private Path directory;

    @Test
    void theBytesOfALoginAreNoLogin() throws Exception {
        Path file = Pair.write(directory, "server.toml", """
                ban_after = 0
                [[listen]]
                bind = "127.0.0.1:0"
                [[auth]]
                type = "token"
                token = "%s"
                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                """.formatted(Pair.TOKEN));
        ByteArrayOutputStream recorded = new ByteArrayOutputStream();
        try (Service echo = Service.echo();
                Culvert server = Culvert.start(directory, "server", file.toString(), "--admin", "0")) {
            int port = Integer.parseInt(server.await("^clients: port (\\d+)"));
            String pin = server.await("^pin: (\\S+)");
            server.await("^ready$");
            try (Service recorder = Service.start((near, in, out) -> record(port, in, out, recorded));
                    Culvert client = Culvert.start(
                            directory,
                            "client",
                            "--server",
                            "127.0.0.1:" + recorder.port(),
                            "--token",
                            Pair.TOKEN,
                            "--pin",
                            pin,
                            "--tunnel",
                            "web:" + echo.port() + ":0")) {
                assertThat(Visitor.isServed(Pair.endpoint(client, "web"))).isTrue();
                byte[] bytes;
                synchronized (recorded) {
                    bytes = recorded.toByteArray();
                }
                assertThat(bytes).hasSizeGreaterThan(500);

                say(port, bytes);

                String status = Culvert.run(
                                directory,
                                "status",
                                "--json",
                                "--at",
                                Administration.of(server).address())
                        .out();
                assertThat(new ObjectMapper().readTree(status).path("clients")).hasSize(1);
                assertThat(server.err().lines().filter(line -> line.contains("session active")))
                        .hasSize(1);
            }
        }
    }

    /** Says it all, and listens until the server has had enough. */
    private static void say(int port, byte[] bytes) throws IOException {
        try (Socket again = Visitor.connect(port)) {
            again.getOutputStream().write(bytes);
            again.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // It had, before the end of what there was to say.
        }
    }

    private static void record(int port, InputStream in, OutputStream out, ByteArrayOutputStream recorded)
            throws IOException {
        try (Socket far = Visitor.connect(port)) {
            Thread back = new Thread(() -> {
                try {
                    far.getInputStream().transferTo(out);
                } catch (IOException e) {
                    // The test is over.
                }
            });
            back.setDaemon(true);
            back.start();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (recorded) {
                    recorded.write(buffer, 0, n);
                }
                far.getOutputStream().write(buffer, 0, n);
            }
        }
    }
}
