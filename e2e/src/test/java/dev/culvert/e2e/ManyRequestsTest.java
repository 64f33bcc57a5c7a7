package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.e2e.RandomBodies.Question;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many HTTP requests at once through one session: none fails, and what is open costs little. */
@Tag("slow")
class ManyRequestsTest {

    private static final int AT_ONCE = Boolean.getBoolean("culvert.soak") ? 10_000 : 1_000;
    private static final int KIBIBYTE = 1024;
    private static final Map<String, String> COUNTABLE =
            Map.of("CULVERT_JAVA_OPTS", "-XX:NativeMemoryTracking=summary");

    @TempDir
    private Path directory;

    @Test
    void aThousandOverAHundredConnectionsAllSucceed() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(100);
        try (Service service = RandomBodies.start();
                Ends ends = ends();
                Culvert client = client(ends, service.port())) {
            int port = visitorsPort(ends, client);
            List<Future<Integer>> visitors = IntStream.range(0, 100)
                    .mapToObj(i -> threads.submit(() -> askTenTimes(port, new Random(i))))
                    .toList();
            for (Future<Integer> visitor : visitors) {
                assertThat(visitor.get()).isEqualTo(10);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void slowOnesAtOnceAllSucceedAndCostLittle() throws Exception {
        try (HeldRequests service = HeldRequests.start();
                Ends ends = ends();
                Culvert client = client(ends, service.port())) {
            int port = visitorsPort(ends, client);
            // Once before, so that what is there anyway is not counted.
            List<Socket> first = ask(port, 100);
            service.hold(first.size());
            service.await();
            service.release();
            assertAnswered(first);
            Memory before = Memory.of(ends.server(), client);

            service.hold(AT_ONCE);
            List<Socket> visitors = ask(port, AT_ONCE);
            service.await();
            Memory each = Memory.of(ends.server(), client).less(before).dividedBy(AT_ONCE);
            System.out.println(AT_ONCE + " requests at once, bytes each: " + each);
            service.release();

            assertAnswered(visitors);
            assertThat(each.resident).isLessThan(512 * KIBIBYTE);
            assertThat(each.live).isLessThan(32 * KIBIBYTE);
        }
    }

    private Ends ends() {
        return Ends.start(directory, "127.0.0.1", COUNTABLE, "[[protocol]]\ntype = \"http\"\nbind = \"127.0.0.1:0\"\n");
    }

    private static Culvert client(Ends ends, int service) {
        return ends.client("127.0.0.1:" + ends.controlPort(), """
                [[tunnel]]
                type = "http"
                name = "web"
                host = "web"
                probe = false
                response_timeout = "10m"
                local = %d
                """.formatted(service));
    }

    private static int visitorsPort(Ends ends, Culvert client) {
        client.await("^http://web\\.localhost:\\d+ -> ");
        return Integer.parseInt(ends.server().await("^visitors: port (\\d+)  \\[http\\]"));
    }

    private static int askTenTimes(int port, Random random) throws IOException {
        int whole = 0;
        try (Socket connection = Visitor.connect(port)) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            for (int i = 0; i < 10; i++) {
                Question question = Question.any(random);
                question.ask(connection.getOutputStream(), "web.localhost");
                HttpAnswer answer = HttpAnswer.read(in);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(question.body());
                whole++;
            }
        }
        return whole;
    }

    private static List<Socket> ask(int port, int count) throws IOException {
        List<Socket> visitors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket visitor = Visitor.connect(port);
            visitor.getOutputStream()
                    .write(("GET /" + i + " HTTP/1.1\r\nHost: web.localhost\r\n\r\n").getBytes(US_ASCII));
            visitors.add(visitor);
        }
        return visitors;
    }

    private static void assertAnswered(List<Socket> visitors) throws IOException {
        for (Socket visitor : visitors) {
            try (visitor) {
                HttpAnswer answer = HttpAnswer.read(new BufferedInputStream(visitor.getInputStream(), 512));
                assertThat(new String(answer.body(), US_ASCII))
                        .as(answer.start())
                        .isEqualTo("slow");
            }
        }
    }

    /** Of both ends together, in bytes: live objects and direct buffers, and what the system counts. */
    private record Memory(long live, long resident) {

        static Memory of(Culvert... ends) {
            long live = 0;
            long resident = 0;
            for (Culvert end : ends) {
                Figures figures = new Figures(end);
                resident += figures.resident();
                live += figures.heap() + figures.direct();
            }
            return new Memory(live, resident);
        }

        Memory less(Memory other) {
            return new Memory(live - other.live, resident - other.resident);
        }

        Memory dividedBy(int count) {
            return new Memory(live / count, resident / count);
        }
    }
}
