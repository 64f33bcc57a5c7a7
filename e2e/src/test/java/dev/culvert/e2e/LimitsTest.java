package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a tunnel's visitors may use. */
@Tag("slow")
class LimitsTest {

    private static final int TEN_MEGABITS = 1_250_000;
    private static final int MEBIBYTE = 1024 * 1024;

    @TempDir
    private Path directory;

    @Test
    void oneVisitorMoreThanMaxConnectionsIsResetAndCounted() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("web", service.port(), 0, "max_connections = 2")), "web");
            Administration server = new Administration(pair.adminPort());
            try (Socket first = Visitor.connect(port);
                    Socket second = Visitor.connect(port)) {
                assertThat(Visitor.echo(first, "one")).isEqualTo("one");
                assertThat(Visitor.echo(second, "two")).isEqualTo("two");

                assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);

                pair.server().await("refused tunnel=web .* how=\"CLV-3017: .*max_connections: 2");
                assertThat(server.get("/metrics"))
                        .contains("culvert_visitors_refused_total{code=\"CLV-3017\",tunnel=\"web\"} 1.0");
            }
            await().untilAsserted(() -> {
                try (Socket next = Visitor.connect(port)) {
                    assertThat(Visitor.echo(next, "next")).isEqualTo("next");
                }
            });
        }
    }

    @Test
    void aSlowTunnelKeepsItsRateAndLeavesTheOtherAlone() throws Exception {
        measure(3, 9.0, 11.0, 128);
    }

    @Test
    void tenMegabitsAreTenMegabits() throws Exception {
        measure(20, 9.5, 10.2, 16);
    }

    /** For a while, down a tunnel of 10 Mbit/s, beside one without a limit. */
    private void measure(int seconds, double least, double most, int megabytes) throws Exception {
        try (ServerSocket source = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Ends ends = Ends.start(directory, "127.0.0.1", Figures.WHOLE_HEAP)) {
            pour(source);
            Culvert client = ends.client(
                    "127.0.0.1:" + ends.controlPort(),
                    Pair.tunnel("slow", source.getLocalPort(), 0, "bandwidth = " + TEN_MEGABITS),
                    Pair.tunnel("fast", source.getLocalPort(), 0));
            try (Socket slow = Visitor.connect(Pair.endpoint(client, "slow"));
                    Socket fast = Visitor.connect(Pair.endpoint(client, "fast"))) {
                AtomicLong slowBytes = drain(slow);
                AtomicLong fastBytes = drain(fast);
                // What was saved up before the beginning is through, and pools and code are what they will be.
                await().atMost(Culvert.PATIENCE).until(() -> fastBytes.get() > 3L << 30);
                long resident = resident(client) + resident(ends.server());
                long from = System.nanoTime();
                long slowBefore = slowBytes.get();
                long fastBefore = fastBytes.get();

                TimeUnit.SECONDS.sleep(seconds);

                double elapsed = (System.nanoTime() - from) / 1e9;
                double megabits = (slowBytes.get() - slowBefore) * 8 / elapsed / 1e6;
                assertThat(megabits).as("Mbit/s").isBetween(least, most);
                assertThat(fastBytes.get() - fastBefore).isGreaterThan(20L * (slowBytes.get() - slowBefore));
                assertThat(resident(client) + resident(ends.server()) - resident)
                        .as("growth of memory")
                        .isLessThan((long) megabytes * MEBIBYTE);
            }
        }
    }

    private static long resident(Culvert process) {
        return new Figures(process).resident();
    }

    private static void pour(ServerSocket source) {
        daemon(() -> {
            while (true) {
                Socket visitor = source.accept();
                daemon(() -> {
                    byte[] block = new byte[65_536];
                    while (true) {
                        visitor.getOutputStream().write(block);
                    }
                });
            }
        });
    }

    private static AtomicLong drain(Socket socket) {
        AtomicLong bytes = new AtomicLong();
        daemon(() -> {
            InputStream in = socket.getInputStream();
            byte[] room = new byte[65_536];
            for (int read = in.read(room); read >= 0; read = in.read(room)) {
                bytes.addAndGet(read);
            }
        });
        return bytes;
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        // the other end is gone
                    }
                },
                "limits");
        thread.setDaemon(true);
        thread.start();
    }
}
