package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.HostPort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Lets a service answer as {@code answers.txt} has it: nobody gets what was another's, or a part for the whole. */
final class AnswerCorpusTest extends HttpTest {

    private final List<String> complaints = new ArrayList<>();

    @Test
    void nobodyGetsWhatWasAnothersOrAPartForTheWhole() throws Exception {
        List<Vectors.Vector> vectors = Vectors.of("answers.txt");
        HostileOrigin origin = kit.closing(new HostileOrigin(vectors));
        int port = open(Settings.tunnel(origin.address(), HOST));
        for (int i = 0; i < vectors.size(); i++) {
            judge(vectors.get(i), ask(port, "/v" + i));
            Answers next = ask(port, "/own" + i);
            if (!next.list().equals(List.of(new Answers.Answer(200, "/own" + i, "own", true)))) {
                complaints.add(vectors.get(i).name() + ": the next visitor got " + next);
            }
        }
        assertThat(complaints).isEmpty();
    }

    private Answers ask(int port, String target) throws IOException {
        try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port)) {
            visitor.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            return Answers.read(visitor);
        }
    }

    private void judge(Vectors.Vector vector, Answers answers) {
        boolean refused = answers.list().size() == 1 && answers.firstStatus() == 502;
        boolean aborted = answers.list().size() <= 1
                && answers.list().stream().noneMatch(Answers.Answer::whole)
                && answers.how() != Answers.End.NONE;
        boolean smuggled =
                answers.list().stream().anyMatch(answer -> answer.body().contains("smuggled") || answer.status() == 0);
        boolean good = switch (vector.expectation()) {
            case "refuse" -> refused;
            case "abort" -> aborted || refused;
            case "pass" ->
                answers.list().size() == 1
                        && answers.list().get(0).whole()
                        && answers.list().get(0).body().equals(String.join(" ", vector.targets()));
            case "safe" -> answers.list().size() <= 1 && answers.how() != Answers.End.NONE;
            default -> throw new AssertionError(vector.expectation());
        };
        if (!good || smuggled && !aborted) {
            complaints.add(vector.name() + ": expected " + vector.words() + ", the visitor got " + answers);
        }
    }

    /** Answers {@code /v7} with the bytes of vector 7, and anything else as it should be. */
    private static final class HostileOrigin implements AutoCloseable {

        private final ServerSocket listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
        private final Map<String, Vectors.Vector> vectors = new HashMap<>();

        HostileOrigin(List<Vectors.Vector> all) throws IOException {
            for (int i = 0; i < all.size(); i++) {
                vectors.put("/v" + i, all.get(i));
            }
            StrictOrigin.daemon(() -> {
                while (true) {
                    Socket connection = listener.accept();
                    open.add(connection);
                    StrictOrigin.daemon(() -> serve(connection));
                }
            });
        }

        HostPort address() {
            return new HostPort("127.0.0.1", listener.getLocalPort());
        }

        private void serve(Socket connection) throws IOException {
            try (connection) {
                InputStream in = new BufferedInputStream(connection.getInputStream());
                OutputStream out = connection.getOutputStream();
                while (true) {
                    String target = Message.read(in).start().split(" ")[1];
                    Vectors.Vector vector = vectors.get(target);
                    if (vector == null) {
                        out.write(("HTTP/1.1 200 OK\r\nX-Target: " + target + "\r\nContent-Length: 3\r\n\r\nown")
                                .getBytes(ISO_8859_1));
                    } else {
                        out.write(vector.bytes(HOST, target));
                        if (vector.words().get(1).equals("close")) {
                            connection.shutdownOutput();
                            in.readAllBytes();
                            return;
                        }
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket connection : open) {
                connection.close();
            }
        }
    }
}
