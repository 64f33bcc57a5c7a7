package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Services that do not serve: what a visitor gets and when, what is counted, and what a neighbour notices: nothing. */
final class BadServicesTest {

    private static final int DEADLINE_MILLIS = 300;
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final int http = FreePort.any();
    private final int tcp = FreePort.any();
    private final int neighbour = FreePort.any();
    private Group group;
    private volatile boolean over;

    @BeforeEach
    void start() throws IOException {
        group = Group.start(
                directory, List.of(Map.of("type", "tcp"), Map.of("type", "http", "bind", "127.0.0.1:" + http)));
        EchoService echo = group.closing(EchoService.start());
        group.client(Group.keys("name", "well", "type", "tcp", "port", neighbour, "local", echo.address()));
    }

    @AfterEach
    void stop() throws Exception {
        group.close();
    }

    /** What is wrong with a service. */
    enum Fault {
        /** Nothing answers at its address. */
        DOWN,
        /** Nothing listens at its port. */
        REFUSES,
        /** It accepts, and says nothing. */
        STALLS,
        /** It accepts, hears the first byte, and breaks off. */
        RESETS
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSES, 502, CLV-5001, false",
        "DOWN,    504, CLV-5002, true",
        "STALLS,  504, CLV-6010, true",
        "RESETS,  502, CLV-6011, false",
    })
    void aVisitorByHttpIsToldWhatIsWrong(Fault fault, int status, String code, boolean atTheDeadline) throws Exception {
        Map<String, Object> tunnel =
                Group.keys("name", "ill", "type", "http", "host", "ill", "local", "127.0.0.1:" + service(fault));
        tunnel.put("connect_timeout", DEADLINE_MILLIS + "ms");
        tunnel.put("response_timeout", (fault == Fault.DOWN ? 20_000 : DEADLINE_MILLIS) + "ms");
        group.client(tunnel);

        String answer = whileTheNeighbourIsServed(atTheDeadline, () -> {
            try (Socket visitor = visit(http)) {
                say(visitor, "GET / HTTP/1.1\r\nHost: ill.localhost\r\nConnection: close\r\n\r\n");
                return new String(visitor.getInputStream().readAllBytes(), UTF_8);
            }
        });

        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("x-culvert-error: " + code + "\r\n");
        assertCounted("culvert_visitors_refused", "account", "default", "tunnel", "ill", "code", code);
        assertCounted("tunnel_requests", "account", "default", "tunnel", "ill", "outcome", "refused");
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSES, CLV-5001, refused, false",
        "DOWN,    CLV-5002, refused, true",
        "STALLS,  '',       aborted, true",
        "RESETS,  '',       aborted, false",
    })
    void aVisitorByTcpIsResetAndNeverGivenACleanEnd(Fault fault, String code, String outcome, boolean atTheDeadline)
            throws Exception {
        Map<String, Object> tunnel =
                Group.keys("name", "ill", "type", "tcp", "port", tcp, "local", "127.0.0.1:" + service(fault));
        tunnel.put("connect_timeout", DEADLINE_MILLIS + "ms");
        tunnel.put("half_close_timeout", DEADLINE_MILLIS + "ms");
        group.client(tunnel);

        String fate = whileTheNeighbourIsServed(atTheDeadline, () -> {
            try (Socket visitor = visit(tcp)) {
                say(visitor, "hello");
                visitor.shutdownOutput();
                return "a clean end after " + visitor.getInputStream().readAllBytes().length;
            } catch (SocketException e) {
                return e.getMessage();
            }
        });

        assertThat(fate).isEqualTo("Connection reset");
        if (!code.isEmpty()) {
            assertCounted("culvert_visitors_refused", "account", "default", "tunnel", "ill", "code", code);
        }
        assertCounted("tunnel_requests", "account", "default", "tunnel", "ill", "outcome", outcome);
    }

    /** A visit that ends at once or, if it has to wait, at its deadline. */
    private interface Visit {
        String fate() throws IOException;
    }

    private String whileTheNeighbourIsServed(boolean atTheDeadline, Visit visit) throws Exception {
        Neighbour served = new Neighbour();
        Thread thread = new Thread(served, "neighbour");
        thread.setDaemon(true);
        thread.start();
        await().atMost(Group.PATIENCE).until(() -> served.times > 0);

        long start = System.nanoTime();
        String fate = visit.fate();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        over = true;
        thread.join();

        Duration least = Duration.ofMillis(atTheDeadline ? DEADLINE_MILLIS : 0);
        assertThat(took).isBetween(least, least.plus(AT_ONCE));
        assertThat(served.failure).isNull();
        assertThat(served.slowest).isLessThan(AT_ONCE);
        return fate;
    }

    /** A visitor of another tunnel, again and again. */
    private final class Neighbour implements Runnable {

        private volatile int times;
        private volatile Duration slowest = Duration.ZERO;
        private volatile IOException failure;

        @Override
        public void run() {
            try {
                while (!over) {
                    long start = System.nanoTime();
                    try (Socket visitor = visit(neighbour)) {
                        say(visitor, "x");
                        if (visitor.getInputStream().read() != 'x') {
                            throw new IOException("no echo");
                        }
                    }
                    Duration took = Duration.ofNanos(System.nanoTime() - start);
                    slowest = took.compareTo(slowest) > 0 ? took : slowest;
                    times++;
                }
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    private void assertCounted(String counter, String... labels) {
        await().atMost(Group.PATIENCE)
                .untilAsserted(() ->
                        assertThat(group.counted(counter, labels)).as(counter).isEqualTo(1));
    }

    /** Its port. */
    private int service(Fault fault) throws IOException {
        if (fault == Fault.REFUSES) {
            Socket bound = group.closing(new Socket());
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return bound.getLocalPort();
        }
        ServerSocket service =
                group.closing(new ServerSocket(0, fault == Fault.DOWN ? 1 : 50, InetAddress.getLoopbackAddress()));
        if (fault == Fault.DOWN) {
            fill(service);
        } else if (fault == Fault.RESETS) {
            Thread thread = new Thread(() -> resetAll(service), "service");
            thread.setDaemon(true);
            thread.start();
        }
        return service.getLocalPort();
    }

    /** A full backlog drops SYNs, as a firewall would. */
    private void fill(ServerSocket service) throws IOException {
        while (true) {
            Socket filler = group.closing(new Socket());
            try {
                filler.connect(service.getLocalSocketAddress(), 100);
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void resetAll(ServerSocket service) {
        while (!service.isClosed()) {
            try (Socket connection = service.accept()) {
                connection.getInputStream().read();
                connection.setSoLinger(true, 0);
            } catch (IOException e) {
                // closed
            }
        }
    }

    private static Socket visit(int port) throws IOException {
        Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port);
        visitor.setSoTimeout(20_000);
        return visitor;
    }

    private static void say(Socket visitor, String words) throws IOException {
        visitor.getOutputStream().write(words.getBytes(UTF_8));
    }
}
