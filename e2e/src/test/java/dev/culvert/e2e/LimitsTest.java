package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
                        .contains("culvert_visitors_refused_total{account=\"default\",code=\"CLV-3017\",tunnel=\"web\"}"
                                + " 1.0");
            }
            await().untilAsserted(() -> {
                try (Socket next = Visitor.connect(port)) {
                    assertThat(Visitor.echo(next, "next")).isEqualTo("next");
                }
            });
        }
    }

    @Test
    void aSlowTunnelLeavesTheOtherAloneAndIsAsSlowUpwards() throws Exception {
        try (ServerSocket source = listener();
                ServerSocket sink = listener();
                Ends ends = Ends.start(directory, "127.0.0.1", Map.of())) {
            pour(source);
            AtomicLong arrived = swallow(sink);
            String limit = "bandwidth = " + TEN_MEGABITS;
            Culvert client = ends.client(
                    "127.0.0.1:" + ends.controlPort(),
                    Pair.tunnel("slow", source.getLocalPort(), 0, limit),
                    Pair.tunnel("up", sink.getLocalPort(), 0, limit),
                    Pair.tunnel("fast", source.getLocalPort(), 0));
            int slowPort = Pair.endpoint(client, "slow");
            try (Socket fast = Visitor.connect(Pair.endpoint(client, "fast"))) {
                AtomicLong bytes = drain(fast);
                await().atMost(Culvert.PATIENCE).until(() -> bytes.get() > 3L << 30);
                List<Double> ratios = new ArrayList<>();
                for (int round = 0; round < 5; round++) {
                    double alone = rate(bytes, 1_500);
                    try (Socket slow = Visitor.connect(slowPort)) {
                        AtomicLong slowBytes = drain(slow);
                        await().atMost(Culvert.PATIENCE).until(() -> slowBytes.get() > TEN_MEGABITS / 4);
                        ratios.add(rate(bytes, 1_500) / alone);
                    }
                }
                Collections.sort(ratios);
                assertThat(ratios.get(ratios.size() / 2))
                        .as("%s beside alone", ratios)
                        .isGreaterThan(0.9);
            }
            try (Socket up = Visitor.connect(Pair.endpoint(client, "up"))) {
                daemon(() -> write(up));
                await().atMost(Culvert.PATIENCE).until(() -> arrived.get() > TEN_MEGABITS / 2);
                assertThat(rate(arrived, 5_000) * 8 / 1e6).as("Mbit/s").isBetween(9.0, 11.0);
            }
        }
    }

    @Test
    void tenMegabitsAreTenMegabitsAndNothingIsKeptInMemory() throws Exception {
        try (ServerSocket source = listener();
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

                TimeUnit.SECONDS.sleep(20);

                double elapsed = (System.nanoTime() - from) / 1e9;
                double megabits = (slowBytes.get() - slowBefore) * 8 / elapsed / 1e6;
                assertThat(megabits).as("Mbit/s").isBetween(9.5, 10.2);
                assertThat(fastBytes.get() - fastBefore).isGreaterThan(20L * (slowBytes.get() - slowBefore));
                assertThat(resident(client) + resident(ends.server()) - resident)
                        .as("growth of memory")
                        .isLessThan(16L * MEBIBYTE);
            }
        }
    }

    private static long resident(Culvert process) {
        return new Figures(process).resident();
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** By how many bytes a second a count grows. */
    private static double rate(AtomicLong bytes, long millis) throws InterruptedException {
        long from = System.nanoTime();
        long before = bytes.get();
        TimeUnit.MILLISECONDS.sleep(millis);
        return (bytes.get() - before) / ((System.nanoTime() - from) / 1e9);
    }

    private static void write(Socket to) throws IOException {
        byte[] block = new byte[65_536];
        while (true) {
            to.getOutputStream().write(block);
        }
    }

    /** Reads whatever comes. */
    private static AtomicLong swallow(ServerSocket sink) {
        AtomicLong all = new AtomicLong();
        daemon(() -> {
            while (true) {
                Socket visitor = sink.accept();
                daemon(() -> read(visitor, all));
            }
        });
        return all;
    }

    private static void pour(ServerSocket source) {
        daemon(() -> {
            while (true) {
                Socket visitor = source.accept();
                daemon(() -> write(visitor));
            }
        });
    }

    private static AtomicLong drain(Socket socket) {
        AtomicLong bytes = new AtomicLong();
        daemon(() -> read(socket, bytes));
        return bytes;
    }

    private static void read(Socket socket, AtomicLong bytes) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] room = new byte[65_536];
        for (int read = in.read(room); read >= 0; read = in.read(room)) {
            bytes.addAndGet(read);
        }
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
