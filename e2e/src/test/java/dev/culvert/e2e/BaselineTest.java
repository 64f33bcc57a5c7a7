package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What visitors, lost sessions and dead services cost is given back. */
@Tag("slow")
class BaselineTest {

    private static final int SESSIONS = 4;
    private static final double TOLERANCE = 0.02;

    // The JVM's own threads and native memory stay as they are, so that what changes is Culvert's.
    private static final Map<String, String> COUNTABLE = Map.of(
            "CULVERT_JAVA_OPTS",
            "-XX:NativeMemoryTracking=summary -XX:-UseDynamicNumberOfCompilerThreads -XX:-UseDynamicNumberOfGCThreads");

    @TempDir
    private Path directory;

    @Test
    void afterTenThousandConnectionsBothEndsAreWhatTheyWere() throws Exception {
        try (Service service = Service.echo();
                Ends ends = Ends.start(directory, "127.0.0.1", COUNTABLE);
                Relay relay = new Relay(ends.controlPort());
                Culvert client = ends.client(
                        "127.0.0.1:" + relay.port(),
                        "connections = " + SESSIONS,
                        Pair.tunnel("web", service.port(), 0, "on_conflict = \"balance\""),
                        Pair.tunnel("down", Service.nowhere(), 0, "on_conflict = \"balance\""))) {
            int web = Pair.endpoint(client, "web");
            int down = Pair.endpoint(client, "down");
            awaitSessions(ends, SESSIONS);

            load(ends, relay, web, down, 2_000, 20, 10);
            State serverBefore = State.of(ends.server());
            State clientBefore = State.of(client);

            load(ends, relay, web, down, 10_000, 200, 50);

            serverBefore.assertIsThatOf("server", ends.server());
            clientBefore.assertIsThatOf("client", client);
        }
    }

    private static void load(Ends ends, Relay relay, int web, int down, int connections, int reconnects, int dials)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<Void>> visits = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            byte[] bytes = Visitor.random(i, 100);
            visits.add(threads.submit((Callable<Void>) () -> {
                assertThat(Visitor.sendAndReadToEnd(web, bytes)).isEqualTo(bytes);
                return null;
            }));
        }
        for (Future<Void> visit : visits) {
            visit.get();
        }
        threads.shutdown();
        for (int i = 0; i < dials; i++) {
            assertThat(Visitor.fateAt(down)).isEqualTo(Visitor.RESET);
        }
        for (int i = 0; i < reconnects / SESSIONS; i++) {
            // Somebody is always in the middle of something.
            try (Socket visitor = Visitor.connect(web)) {
                assertThat(Visitor.echo(visitor, "here")).isEqualTo("here");
                relay.cut();
                assertThat(Visitor.fate(visitor)).isEqualTo(Visitor.RESET);
            }
            awaitSessions(ends, SESSIONS);
        }
    }

    private static void awaitSessions(Ends ends, int count) {
        Awaitility.await(count + " sessions")
                .atMost(Culvert.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> ends.administration()
                        .get("/metrics")
                        .contains("culvert_sessions{listen=\"main\"} " + count + ".0"));
    }

    private record State(int descriptors, int threads, long heap, long direct) {

        static State of(Culvert process) {
            Figures figures = new Figures(process);
            figures.heap(); // the JVM's own thread for such questions is there from now on
            Awaitility.await("quiet")
                    .atMost(Culvert.PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(new Callable<>() {
                        private int last = -1;

                        @Override
                        public Boolean call() {
                            int now = figures.descriptors().size();
                            boolean same = now == last;
                            last = now;
                            return same;
                        }
                    });
            return now(figures);
        }

        private static State now(Figures figures) {
            return new State(figures.descriptors().size(), figures.threads().size(), figures.heap(), figures.direct());
        }

        void assertIsThatOf(String end, Culvert process) {
            Figures figures = new Figures(process);
            Awaitility.await(end)
                    .atMost(Culvert.PATIENCE)
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        State now = now(figures);
                        System.out.println(end + ": before " + this + ", now " + now);
                        assertThat(now.descriptors)
                                .as("descriptors: %s", figures.descriptors())
                                .isLessThanOrEqualTo(descriptors);
                        assertThat(now.threads)
                                .as("threads: %s", figures.threads())
                                .isLessThanOrEqualTo(threads);
                        assertThat(now.heap).as("heap").isLessThanOrEqualTo((long) (heap * (1 + TOLERANCE)));
                        assertThat(now.direct).as("direct memory").isLessThanOrEqualTo((long)
                                (direct * (1 + TOLERANCE)));
                    });
        }
    }
}
