package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What breaks tunnels must not break what people rely on. */
@Tag("slow")
class FaultsTest {

    private static final int TRANSFERS = 100;

    // In each of the two orders.
    private static final int HALF_CLOSES = 1_000;

    @TempDir
    private Path directory;

    @Test
    void aServerThatWasKilledHasItsClientsAndPortsBack() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            Culvert client = pair.client(Pair.tunnel("t", service.port(), 0));
            int port = Pair.endpoint(client, "t");

            pair.server().kill();
            client.await("Next attempt in");
            pair.restartServer();

            Awaitility.await()
                    .atMost(Culvert.PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(() -> assertThat(Visitor.sendAndReadToEnd(port, new byte[] {7}))
                            .containsExactly(7));
        }
    }

    @Test
    void aClientThatIsKilledMidTransferNeverLooksLikeAnEnd() throws Exception {
        byte[] block = new byte[64 * 1024];
        try (Service endless = Service.start((connection, in, out) -> {
                    while (true) {
                        out.write(block);
                    }
                });
                Pair pair = Pair.start(directory)) {
            Culvert client = pair.client(Pair.tunnel("t", endless.port(), 0));
            int port = Pair.endpoint(client, "t");
            List<Socket> visitors = new ArrayList<>();
            for (int i = 0; i < TRANSFERS; i++) {
                Socket visitor = Visitor.connect(port);
                visitor.getInputStream().readNBytes(1_000);
                visitors.add(visitor);
            }

            client.kill();

            for (Socket visitor : visitors) {
                assertThatThrownBy(() -> readToEnd(visitor.getInputStream()))
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @Test
    void aServiceThatAbortsAbortsItsVisitor() throws Exception {
        try (Service aborting = Service.start((connection, in, out) -> {
                    out.write(new byte[100_000]);
                    in.read();
                    connection.setSoLinger(true, 0);
                    connection.close();
                });
                Pair pair = Pair.start(directory)) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", aborting.port(), 0)), "t");
            try (Socket visitor = Visitor.connect(port)) {
                visitor.getInputStream().readNBytes(100_000);
                visitor.getOutputStream().write(1);

                assertThatThrownBy(() -> readToEnd(visitor.getInputStream()))
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @Test
    void eitherSideMayEndFirst() throws Exception {
        byte[] request = Visitor.random(3, 5_000);
        byte[] greeting = Visitor.random(4, 5_000);
        AtomicInteger whole = new AtomicInteger();
        try (Service polite = Service.start((connection, in, out) -> {
                    out.write(greeting);
                    connection.shutdownOutput();
                    if (Arrays.equals(in.readAllBytes(), request)) {
                        whole.incrementAndGet();
                    }
                });
                Service echo = Service.echoAfterEnd();
                Pair pair = Pair.start(directory)) {
            Culvert client =
                    pair.client(Pair.tunnel("greets", polite.port(), 0) + Pair.tunnel("echoes", echo.port(), 0));
            int greets = Pair.endpoint(client, "greets");
            int echoes = Pair.endpoint(client, "echoes");
            ExecutorService threads = Executors.newFixedThreadPool(16);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 2 * HALF_CLOSES; i++) {
                boolean serviceFirst = i % 2 == 0;
                all.add(threads.submit((Callable<Void>) () -> {
                    if (serviceFirst) {
                        readThenSend(greets, greeting, request);
                    } else {
                        assertThat(Arrays.equals(Visitor.sendAndReadToEnd(echoes, request), request))
                                .isTrue();
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            threads.shutdown();
            Awaitility.await().until(() -> whole.get() == HALF_CLOSES);
        }
    }

    @Test
    void aVisitorThatReadsNothingDoesNotStopTheOthers() throws Exception {
        byte[] block = new byte[64 * 1024];
        try (Service endless = Service.start((connection, in, out) -> {
                    while (true) {
                        out.write(block);
                    }
                });
                Service echo = Service.echo();
                Pair pair = Pair.start(directory)) {
            Culvert client =
                    pair.client(Pair.tunnel("endless", endless.port(), 0) + Pair.tunnel("echo", echo.port(), 0));
            int stalled = Pair.endpoint(client, "endless");
            int echoed = Pair.endpoint(client, "echo");
            try (Socket lazy = Visitor.connect(stalled)) {
                lazy.getInputStream().read();

                byte[] bytes = Visitor.random(5, 8 * 1024 * 1024);
                try (Socket busy = Visitor.connect(echoed)) {
                    Thread writer = new Thread(() -> {
                        try {
                            busy.getOutputStream().write(bytes);
                            busy.shutdownOutput();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    });
                    writer.start();
                    assertThat(Arrays.equals(busy.getInputStream().readAllBytes(), bytes))
                            .isTrue();
                    writer.join();
                }
            }
        }
    }

    @Test
    void strangersOnTheControlPortAreTurnedAwayAndNobodyElseNotices() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", service.port(), 0)), "t");
            byte[] clientHello = new byte[300];
            clientHello[0] = 0x16;
            clientHello[1] = 3;
            List<byte[]> greetings = List.of(
                    "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                    clientHello,
                    new byte[] {0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1, -1},
                    new byte[] {0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 1, 0},
                    Visitor.random(6, 20_000));
            for (byte[] greeting : greetings) {
                try (Socket stranger = Visitor.connect(pair.controlPort())) {
                    stranger.getOutputStream().write(greeting);
                    stranger.shutdownOutput();
                    assertThat(stranger.getInputStream().readAllBytes().length).isLessThan(1_000);
                } catch (SocketException e) {
                    // Turned away by a reset: as good as an end.
                }
            }

            assertThat(Visitor.sendAndReadToEnd(port, new byte[] {9})).containsExactly(9);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(pair.server().err().lines())
                            .filteredOn(line -> line.contains("client refused") && line.contains("CLV-4"))
                            .hasSizeGreaterThanOrEqualTo(3));
        }
    }

    private static void readThenSend(int port, byte[] greeting, byte[] request) throws IOException {
        try (Socket visitor = Visitor.connect(port)) {
            assertThat(Arrays.equals(visitor.getInputStream().readAllBytes(), greeting))
                    .isTrue();
            visitor.getOutputStream().write(request);
            visitor.shutdownOutput();
        }
    }

    private static void readToEnd(InputStream in) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        while (in.read(buffer) >= 0) {
            // On to the end, whatever that is.
        }
    }
}
