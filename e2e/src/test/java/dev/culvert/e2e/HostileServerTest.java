package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client dials only what its own file lists, whatever a server asks for. */
class HostileServerTest {

    @TempDir
    private Path directory;

    @Test
    void aServerReachesNothingThatTheClientsFileDoesNotList() throws Exception {
        AtomicInteger dialled = new AtomicInteger();
        try (Service listed = Service.start((connection, in, out) -> {
                    dialled.incrementAndGet();
                    out.write(in.readAllBytes());
                });
                Service disabled = Service.start((connection, in, out) -> dialled.addAndGet(1_000));
                HostileServer server = new HostileServer()) {
            Path file = Pair.write(
                    directory,
                    "client.toml",
                    "server = \"127.0.0.1:" + server.port() + "\"\ntransport = \"plain\"\n"
                            + Pair.tunnel("listed", listed.port(), 7000)
                            + Pair.tunnel("disabled", disabled.port(), 7001, "enabled = false"));
            try (Culvert client = Culvert.start(directory, "client", file.toString())) {
                await(() -> server.hasHeard("\"hello\""));
                server.say("{\"type\":\"server_hello\",\"version\":1,\"mechanisms\":[]}");
                server.say("{\"type\":\"auth_ok\",\"session_id\":\"s\",\"principal\":\"p\",\"account\":\"a\"}");
                await(() -> server.hasHeard("tunnel_open"));
                server.say("{\"type\":\"tunnel_opened\",\"id\":1,\"endpoint\":\"tcp://:7000\"}");
                // What is listed is dialled: the way works.
                server.open(2, 1, "hello");
                await(() -> server.heard(2).ended);
                assertThat(server.heard(2).bytes.toString(StandardCharsets.US_ASCII))
                        .isEqualTo("\0hello");
                assertThat(dialled).hasValue(1);

                int stream = 2;
                for (int tunnel : new int[] {0, 2, 3, 99, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
                    stream += 2;
                    HostileServer.Heard answer = server.heard(stream);
                    server.open(stream, tunnel, "hello");
                    await(() -> answer.ended || answer.reset);
                    // Nothing at all, or the number of an error: never 0, "connected".
                    assertThat(answer.bytes.toString(StandardCharsets.ISO_8859_1))
                            .doesNotStartWith("\0");
                }
                // A tunnel that was given up is none any more.
                server.say("{\"type\":\"tunnel_closed\",\"id\":1,\"code\":\"CLV-3012\",\"message\":\"closed\"}");
                int last = stream + 2;
                server.open(last, 1, "hello");
                await(() -> server.heard(last).ended || server.heard(last).reset);

                assertThat(dialled).hasValue(1);
                assertThat(client.isAlive()).isTrue();
            }
        }
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(Culvert.PATIENCE).until(condition);
    }
}
