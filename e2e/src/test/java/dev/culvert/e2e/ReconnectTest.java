package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client is back soon after its server is. */
@Tag("slow")
class ReconnectTest {

    private static final int CLIENTS = 4;
    private static final int TRIALS = 20;
    private static final Duration AWAY = Duration.ofSeconds(5);

    // The server is away for this long in all rounds but the first.
    private static final Duration BRIEFLY_AWAY = Duration.ofSeconds(1);

    // What people are promised, and what a machine that does ten other things at once may make of it.
    private static final long PROMISED_MILLIS = 2_000;
    private static final long BEARABLE_MILLIS = 10_000;

    @TempDir
    private Path directory;

    @Test
    void everyClientHasItsPortAgainSoonAfterItsServerListens() throws Exception {
        List<Long> all = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Culvert> clients = new ArrayList<>();
        // Small machines compile while they should listen.
        Map<String, String> brief = Map.of("CULVERT_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        try (Service service = Service.echo();
                Ends ends = Ends.start(directory, "127.0.0.1", brief)) {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Path folder = Files.createDirectory(directory.resolve("client" + i));
                Culvert client = ends.client(
                        Culvert.home(),
                        folder.getFileName() + "/client",
                        "127.0.0.1:" + ends.controlPort(),
                        "client_id = \"c" + i + "\"",
                        Pair.tunnel("t" + i, service.port(), 0));
                clients.add(client);
                ports.add(Pair.endpoint(client, "t" + i));
            }
            while (all.size() < TRIALS) {
                ends.server().kill();
                ends.server().exitCode();
                // It is the absence itself that is tested, and not something that could be waited for.
                TimeUnit.NANOSECONDS.sleep(
                        (all.isEmpty() || Boolean.getBoolean("culvert.soak") ? AWAY : BRIEFLY_AWAY).toNanos());
                CountDownLatch listening = new CountDownLatch(1);
                long[] since = new long[1];
                List<Future<Long>> round = ports.stream()
                        .map(port -> threads.submit(() -> {
                            listening.await();
                            return millisUntilServed(port, since[0]);
                        }))
                        .toList();
                ends.startServer();
                ends.server().await("^clients: port");
                since[0] = System.nanoTime();
                listening.countDown();
                for (Future<Long> one : round) {
                    all.add(one.get());
                }
            }
        } finally {
            threads.shutdownNow();
            clients.forEach(Culvert::close);
        }
        Collections.sort(all);
        System.out.println("ms from listening to served: " + all);
        assertThat(all.get(all.size() / 2)).as("median of %s", all).isLessThanOrEqualTo(PROMISED_MILLIS);
        assertThat(all.get(all.size() - 1)).as("last of %s", all).isLessThanOrEqualTo(BEARABLE_MILLIS);
    }

    private static long millisUntilServed(int port, long since) throws InterruptedException {
        long deadline = since + Culvert.PATIENCE.toNanos();
        byte[] word = {7};
        while (System.nanoTime() < deadline) {
            try {
                if (Arrays.equals(Visitor.sendAndReadToEnd(port, word), word)) {
                    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
                }
            } catch (IOException e) {
                // Not yet.
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("port " + port + " was not back within " + Culvert.PATIENCE);
    }
}
