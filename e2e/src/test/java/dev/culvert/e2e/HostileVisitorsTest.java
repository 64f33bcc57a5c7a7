package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Visitors who behave badly cost little, and nobody else anything. */
@Tag("slow")
class HostileVisitorsTest {

    private static final int MEBI = 1024 * 1024;
    private static final int IDLERS = 40;

    // A window, and what the sockets of both ends and the bridges hold besides.
    private static final long MEMORY_OF_AN_IDLER = MEBI;
    private static final long NOISE = 48L * MEBI;

    private static final Duration OBSERVED = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    @Test
    void whoNeverReadsCostsAWindowAndIsResetOnceHalfClosed() throws Exception {
        byte[] block = new byte[64 * 1024];
        try (Service endless = Service.start((connection, in, out) -> {
                    while (true) {
                        out.write(block);
                    }
                });
                Service echo = Service.echo();
                Ends ends = Ends.start(directory, "127.0.0.1", Figures.WHOLE_HEAP);
                Culvert client = ends.client(
                        "127.0.0.1:" + ends.controlPort(),
                        Pair.tunnel("endless", endless.port(), 0, "half_close_timeout = \"2s\""),
                        Pair.tunnel("echo", echo.port(), 0))) {
            int port = Pair.endpoint(client, "endless");
            int echoed = Pair.endpoint(client, "echo");
            byte[] bytes = Visitor.random(1, 8 * MEBI);
            assertThat(Arrays.equals(exchange(echoed, bytes), bytes)).isTrue(); // pools fill
            long before = new Figures(ends.server()).resident() + new Figures(client).resident();

            List<Socket> idlers = new ArrayList<>();
            for (int i = 0; i < IDLERS; i++) {
                Socket idler = new Socket();
                idler.setReceiveBufferSize(4096);
                idler.connect(new InetSocketAddress("127.0.0.1", port));
                idler.setSoTimeout(60_000);
                idlers.add(idler);
            }
            for (Socket idler : idlers) {
                assertThat(idler.getInputStream().read()).isZero(); // it flows, and is looked at no more
            }
            assertThat(Arrays.equals(exchange(echoed, bytes), bytes))
                    .as(() -> ends.server() + "\n" + client)
                    .isTrue();

            long after = new Figures(ends.server()).resident() + new Figures(client).resident();
            assertThat(after - before).isLessThan(IDLERS * MEMORY_OF_AN_IDLER + NOISE);

            for (Socket idler : idlers) {
                idler.shutdownOutput();
            }
            Awaitility.await().atMost(Culvert.PATIENCE).until(() -> endless.connections() == 0);
            for (Socket idler : idlers) {
                assertThatThrownBy(() -> readToEnd(idler)).isInstanceOf(SocketException.class);
                idler.close();
            }
            ends.server().await("tunnel=endless .*how=\"CLV-5\\d+");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void aResetAfterAHalfCloseLeavesNothingBehind(String network) throws Exception {
        String key = "network = \"" + network + "\"";
        byte[] bytes = Visitor.random(2, 3 * MEBI);
        try (Service service = Service.start((connection, in, out) -> {
                    byte[] all = in.readAllBytes();
                    out.write(all);
                    out.flush();
                    if (all.length < bytes.length) {
                        connection.setSoLinger(true, 0); // an end, an answer, and a reset
                    } else {
                        connection.shutdownOutput();
                    }
                });
                Ends ends = Ends.start(directory, "127.0.0.1", Map.of(), key);
                Culvert client = ends.client(
                        "127.0.0.1:" + ends.controlPort(),
                        key,
                        Pair.tunnel("t", service.port(), 0, "half_close_timeout = \"2s\""))) {
            int port = Pair.endpoint(client, "t");

            assertThat(Arrays.equals(exchange(port, bytes), bytes))
                    .as("the whole answer")
                    .isTrue();
            Figures server = new Figures(ends.server());
            Figures other = new Figures(client);
            Awaitility.await().until(() -> service.connections() == 0);
            int serverBefore = quiet(server);
            int clientBefore = quiet(other);
            for (int i = 0; i < 50; i++) {
                abort(port, i);
            }

            Awaitility.await("descriptors given back").atMost(Culvert.PATIENCE).untilAsserted(() -> {
                assertThat(server.descriptors()).hasSizeLessThanOrEqualTo(serverBefore);
                assertThat(other.descriptors()).hasSizeLessThanOrEqualTo(clientBefore);
            });
            assertIdle(server);
            assertIdle(other);
        }
    }

    @Test
    void aServerWithoutDescriptorsServesWhomItHasAndRecovers() throws Exception {
        assumeTrue(isInstalled("prlimit"), "prlimit is not installed: descriptors are not exhausted");
        try (Service service = Service.echo();
                Ends ends = Ends.start(directory, "127.0.0.1", Map.of());
                Culvert client = ends.client("127.0.0.1:" + ends.controlPort(), Pair.tunnel("t", service.port(), 0))) {
            int port = Pair.endpoint(client, "t");
            Figures server = new Figures(ends.server());
            try (Socket staying = Visitor.connect(port)) {
                assertThat(Visitor.echo(staying, "here")).isEqualTo("here");
                for (int cycle = 0; cycle < 5; cycle++) {
                    limitDescriptors(ends.server(), highest(server) + 6);
                    List<Socket> crowd = new ArrayList<>();
                    for (int i = 0; i < 40; i++) {
                        crowd.add(Visitor.connect(port)); // the kernel's queue has room for those who are not served
                    }
                    if (cycle == 0) {
                        ends.server().await("cannot accept connections");
                    }
                    long before = server.ticks();
                    TimeUnit.NANOSECONDS.sleep(OBSERVED.toNanos() / 2);
                    assertThat(server.ticks() - before)
                            .as("ticks while starved")
                            .isLessThan(50);
                    assertThat(Visitor.echo(staying, "still")).isEqualTo("still");

                    limitDescriptors(ends.server(), 4096);
                    long relieved = System.nanoTime();
                    for (Socket visitor : crowd) {
                        assertThat(Visitor.echo(visitor, "word")).isEqualTo("word");
                        visitor.close();
                    }
                    System.out.println("ms from relief to all served: "
                            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - relieved));
                }
                assertThat(Visitor.echo(staying, "yet")).isEqualTo("yet");
            }
        }
    }

    /** An end, some bytes, and then a reset instead of reading the answer. */
    private static void abort(int port, int i) throws IOException {
        try (Socket visitor = Visitor.connect(port)) {
            visitor.getOutputStream().write(Visitor.random(i, 1 + i * 1_000));
            visitor.shutdownOutput();
            if (i % 2 == 0) {
                visitor.setSoLinger(true, 0);
            } else {
                assertThatThrownBy(() -> readToEnd(visitor)).isInstanceOf(SocketException.class);
            }
        }
    }

    private static void assertIdle(Figures process) throws InterruptedException {
        long before = process.ticks();
        TimeUnit.NANOSECONDS.sleep(OBSERVED.toNanos());
        // A loop that spins takes a whole core; compilers that are not done yet take less.
        assertThat(process.ticks() - before).as("ticks of 10 ms in " + OBSERVED).isLessThan(100);
    }

    private static int quiet(Figures process) {
        int[] last = {-1};
        Awaitility.await()
                .atMost(Culvert.PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    int now = process.descriptors().size();
                    boolean same = now == last[0];
                    last[0] = now;
                    return same;
                });
        return last[0];
    }

    private static int highest(Figures process) {
        return process.descriptors().stream()
                .mapToInt(descriptor -> Integer.parseInt(descriptor.substring(0, descriptor.indexOf(' '))))
                .max()
                .orElseThrow();
    }

    private static void limitDescriptors(Culvert process, int count) throws Exception {
        Process prlimit = new ProcessBuilder(
                        "prlimit", "--pid", String.valueOf(process.pid()), "--nofile=" + count + ":")
                .redirectErrorStream(true)
                .start();
        String said = new String(prlimit.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(prlimit.waitFor()).as(said).isZero();
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Path.of(folder, program).toFile().canExecute());
    }

    private static byte[] exchange(int port, byte[] bytes) throws Exception {
        try (Socket visitor = Visitor.connect(port)) {
            Thread writer = new Thread(() -> {
                try {
                    visitor.getOutputStream().write(bytes);
                    visitor.shutdownOutput();
                } catch (IOException e) {
                    // The reader will notice.
                }
            });
            writer.start();
            ByteArrayOutputStream back = new ByteArrayOutputStream();
            try {
                visitor.getInputStream().transferTo(back);
            } catch (SocketException e) {
                // What was missing is seen by who compares.
            }
            writer.join();
            return back.toByteArray();
        }
    }

    private static void readToEnd(Socket socket) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        while (socket.getInputStream().read(buffer) >= 0) {
            // On to the end, whatever that is.
        }
    }
}
