package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who stops with open streams lets them finish, unless told twice. */
class DrainTest {

    @TempDir
    private Path directory;

    @Test
    void aServerThatIsStoppedFinishesItsStreamsAndTakesNoNewVisitors() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", service.port(), 0)), "t");
            try (Socket visitor = Visitor.connect(port)) {
                assertThat(Visitor.echo(visitor, "before")).isEqualTo("before");

                pair.server().terminate();

                pair.server().await("SIGTERM: stopping; open streams have 30 s");
                Awaitility.await("new visitors are refused")
                        .atMost(Culvert.PATIENCE)
                        .until(() -> isRefused(port));
                assertThat(Visitor.echo(visitor, "after")).isEqualTo("after");
                assertThat(pair.server().isAlive()).isTrue();
                visitor.shutdownOutput();
                assertThat(Visitor.fate(visitor)).isEqualTo("end");
            }
            assertThat(pair.server().exitCode()).as(pair.server().toString()).isZero();
            assertThat(pair.client().isAlive()).isTrue();
        }
    }

    @Test
    void aSecondSignalEndsAServerAtOnce() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory, "drain_timeout = \"10m\"")) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", service.port(), 0)), "t");
            try (Socket visitor = Visitor.connect(port)) {
                assertThat(Visitor.echo(visitor, "before")).isEqualTo("before");
                pair.server().terminate();
                pair.server().await("SIGTERM: stopping; open streams have 600 s");

                pair.server().terminate();

                assertThat(pair.server().exitCode()).isZero();
            }
        }
    }

    @Test
    void aClientThatIsStoppedFinishesItsStreamsUnlessToldTwice() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            Culvert client = pair.client(Pair.tunnel("t", service.port(), 0));
            int port = Pair.endpoint(client, "t");
            try (Socket visitor = Visitor.connect(port)) {
                assertThat(Visitor.echo(visitor, "before")).isEqualTo("before");

                client.terminate();

                client.await("SIGTERM: stopping; open streams have 30 s");
                Awaitility.await("new visitors are reset")
                        .atMost(Culvert.PATIENCE)
                        .until(() -> !Visitor.isServed(port));
                assertThat(Visitor.echo(visitor, "after")).isEqualTo("after");
                visitor.shutdownOutput();
                assertThat(Visitor.fate(visitor)).isEqualTo("end");
            }
            assertThat(client.exitCode()).as(client.toString()).isZero();
            Culvert hasty = pair.client(Pair.tunnel("u", service.port(), 0));
            try (Socket visitor = Visitor.connect(Pair.endpoint(hasty, "u"))) {
                assertThat(Visitor.echo(visitor, "before")).isEqualTo("before");
                hasty.terminate();
                hasty.await("SIGTERM: stopping");

                hasty.terminate();

                assertThat(hasty.exitCode()).isZero();
                assertThat(Visitor.fate(visitor)).isEqualTo(Visitor.RESET);
            }
        }
    }

    @Test
    void noRequestThatAServiceHasTakenFailsWhenTheServerStopsUnderLoad() throws Exception {
        AtomicInteger taken = new AtomicInteger();
        try (Service service = Service.start((connection, in, out) -> keepAlive(in, out, taken));
                Pair pair = Pair.start(directory, "drain_timeout = \"6s\"")) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", service.port(), 0, "probe = false")), "t");
            AtomicInteger answered = new AtomicInteger();
            AtomicInteger broken = new AtomicInteger();
            ExecutorService load = Executors.newCachedThreadPool();
            for (int i = 0; i < 20; i++) {
                load.execute(() -> requests(port, answered, broken));
            }
            Awaitility.await("200 requests").atMost(Culvert.PATIENCE).until(() -> answered.get() > 200);

            pair.server().terminate();

            assertThat(pair.server().exitCode()).as(pair.server().toString()).isZero();
            load.shutdown();
            assertThat(load.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            assertThat(answered.get()).isGreaterThan(400);
            assertThat(broken).hasValue(0);
            assertThat(answered).hasValue(taken.get());
        }
    }

    // A service of HTTP/1.1 that keeps connections alive: as much of it as this takes.
    private static void keepAlive(InputStream in, OutputStream out, AtomicInteger taken) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                taken.incrementAndGet();
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    // Ten requests a second; a connection that ends between two of them is no failure, one that ends in an answer is.
    private static void requests(int port, AtomicInteger answered, AtomicInteger broken) {
        byte[] request = "GET / HTTP/1.1\r\nHost: t\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = Visitor.connect(port)) {
            while (true) {
                socket.getOutputStream().write(request);
                int length = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".length();
                int read = socket.getInputStream().readNBytes(length).length;
                if (read < length) {
                    broken.addAndGet(read);
                    return;
                }
                answered.incrementAndGet();
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (IOException | InterruptedException e) {
            // Reset, or refused, before a byte of an answer: not taken, or taken too often; the counts tell.
        }
    }

    private static boolean isRefused(int port) throws IOException {
        try (Socket socket = Visitor.connect(port)) {
            return socket.isClosed();
        } catch (ConnectException e) {
            return true;
        } catch (SocketException e) {
            return false; // it was in the queue of a listener that closed just then
        }
    }
}
