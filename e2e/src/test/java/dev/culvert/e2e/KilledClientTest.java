package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.e2e.RandomBodies.Question;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What visitors of an http tunnel see, under load, while its only client is killed and comes back. */
@Tag("slow")
class KilledClientTest {

    private static final boolean SOAK = Boolean.getBoolean("culvert.soak");
    private static final int CONNECTIONS = 64;
    private static final int KILLS = SOAK ? 7 : 1;
    private static final String TUNNEL = """
            [[tunnel]]
            type = "http"
            name = "web"
            host = "web"
            local = %d
            """;

    @TempDir
    private Path directory;

    // Even: a client is there. Odd: it is being killed, or has been.
    private final AtomicInteger phase = new AtomicInteger();
    private final AtomicInteger whole = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger aborted = new AtomicInteger();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @Test
    void theyGetWholeAnswersAbortsAndErrorsOfTheServerOnly() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try (Service service = RandomBodies.start();
                Pair pair = Pair.start(directory, "[[protocol]]\ntype = \"http\"\nbind = \"127.0.0.1:0\"\n")) {
            int port = Integer.parseInt(pair.server().await("^visitors: port (\\d+)  \\[http\\]"));
            startClient(pair, service);
            List<Future<?>> visitors = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                Random random = new Random(i);
                visitors.add(threads.submit(() -> visit(port, random)));
            }

            for (int i = 0; i < KILLS; i++) {
                // It is time under load that is tested, and not something that could be waited for.
                TimeUnit.MILLISECONDS.sleep(2_000);
                phase.incrementAndGet();
                pair.client().kill();
                pair.client().exitCode();
                TimeUnit.MILLISECONDS.sleep(1_000);
                startClient(pair, service);
                phase.incrementAndGet();
            }
            TimeUnit.MILLISECONDS.sleep(2_000);
            over = true;

            for (Future<?> visitor : visitors) {
                visitor.get(60, TimeUnit.SECONDS);
            }
        } finally {
            over = true;
            threads.shutdownNow();
        }
        System.out.println("whole " + whole + ", refused " + refused + ", aborted " + aborted + ", wrong " + wrong);
        assertThat(wrong).isEmpty();
        assertThat(whole.get()).isGreaterThan(500 * KILLS);
        assertThat(refused.get()).isPositive();
        assertThat(aborted.get()).isPositive();
    }

    private static void startClient(Pair pair, Service service) {
        pair.client(TUNNEL.formatted(service.port())).await("^http://web\\.localhost:\\d+ -> ");
    }

    /** Asks on one connection after the other until it is over. */
    private void visit(int port, Random random) {
        while (!over) {
            try (Socket connection = Visitor.connect(port)) {
                connection.setTcpNoDelay(true);
                connection.setSoTimeout(20_000);
                InputStream in = new BufferedInputStream(connection.getInputStream());
                boolean goesOn = true;
                while (goesOn && !over) {
                    goesOn = ask(connection, in, Question.any(random));
                }
            } catch (IOException e) {
                wrong.add("connecting: " + e);
            }
        }
    }

    /** Whether the connection is good for another question. */
    private boolean ask(Socket connection, InputStream in, Question question) {
        int before = phase.get();
        boolean begun = false;
        try {
            question.ask(connection.getOutputStream(), "web.localhost");
            in.mark(1);
            begun = in.read() >= 0;
            in.reset();
            HttpAnswer answer = HttpAnswer.read(in);
            check(question, answer, before);
            return !answer.closes();
        } catch (SocketException e) {
            if (begun && disturbed(before)) {
                aborted.incrementAndGet();
            } else {
                wrong.add(question + " in phase " + before + ", begun " + begun + ": " + e);
            }
        } catch (IOException e) { // a clean end, or none in time
            wrong.add(question + " in phase " + before + ", begun " + begun + ": " + e);
        }
        return false;
    }

    private void check(Question question, HttpAnswer answer, int before) {
        if (answer.status() == 200 && Arrays.equals(answer.body(), question.body())) {
            whole.incrementAndGet();
        } else if ((answer.status() == 502 || answer.status() == 503) && disturbed(before)) {
            refused.incrementAndGet();
        } else {
            wrong.add(
                    question + " in phase " + before + ": " + answer.start() + ", " + answer.body().length + " bytes");
        }
    }

    /** Whether no client was there at some time since. */
    private boolean disturbed(int before) {
        return before % 2 == 1 || phase.get() != before;
    }
}
