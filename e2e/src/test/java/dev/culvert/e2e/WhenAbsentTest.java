package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a visitor gets while nobody can serve it. */
class WhenAbsentTest {

    private static final String WAIT = "when_absent = \"wait\"";

    @TempDir
    private static Path directory;

    private static Pair pair;
    private static int down;
    private static Culvert client;

    /** A client whose service is down, with a tunnel of each kind. */
    @BeforeAll
    static void start() {
        pair = Pair.start(directory);
        down = Service.nowhere();
        client = pair.client(
                Pair.tunnel("reset", down, 0),
                Pair.tunnel("wait", down, 0, WAIT, "wait_timeout = \"50s\""),
                Pair.tunnel("brief", down, 0, WAIT, "wait_timeout = \"1s\""),
                Pair.tunnel("narrow", down, 0, WAIT, "wait_timeout = \"50s\"", "max_waiting = 1"));
    }

    @AfterAll
    static void stop() {
        pair.close();
    }

    @Test
    void resetResetsWhileTheServiceIsDown() throws Exception {
        int port = Pair.endpoint(client, "reset");

        assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);

        pair.server().await(" tunnel=reset .*how=\"CLV-5001: ");
    }

    @Test
    void resetResetsWhileTheClientIsAway() throws Exception {
        try (Culvert other = another(Pair.tunnel("gone", down, 0))) {
            int port = Pair.endpoint(other, "gone");
            other.kill();
            pair.server().await("tunnel closed session=\\S+ tunnel=gone ");

            assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);

            pair.server().await("refused tunnel=gone .*how=\"CLV-3009: ");
        }
    }

    @Test
    void waitHoldsTheVisitorAndWhatItSentUntilAClientIsThere() throws Exception {
        try (Service service = Service.echo()) {
            int port;
            try (Culvert before = another(Pair.tunnel("late", service.port(), 0, WAIT, "wait_timeout = \"50s\""))) {
                port = Pair.endpoint(before, "late");
                before.terminate();
                assertThat(before.exitCode()).isZero();
            }
            pair.server().await("tunnel closed session=\\S+ tunnel=late ");
            try (Socket visitor = Visitor.connect(port)) {
                visitor.getOutputStream().write("patience".getBytes(StandardCharsets.US_ASCII));

                try (Culvert after =
                        another(Pair.tunnel("late", service.port(), port, WAIT, "wait_timeout = \"50s\""))) {
                    assertThat(Pair.endpoint(after, "late")).isEqualTo(port);
                    assertThat(new String(visitor.getInputStream().readNBytes(8), StandardCharsets.US_ASCII))
                            .isEqualTo("patience");
                }
            }
        }
    }

    @Test
    void waitHoldsTheVisitorUntilTheServiceIsUp() throws Exception {
        int port = Pair.endpoint(client, "wait");
        try (Socket visitor = Visitor.connect(port)) {
            visitor.getOutputStream().write("patience".getBytes(StandardCharsets.US_ASCII));
            client.await("refused tunnel=wait|CLV-5001.*wait|tunnel=wait.*CLV-5001");

            try (Service service = Service.start(down, (connection, in, out) -> in.transferTo(out))) {
                assertThat(new String(visitor.getInputStream().readNBytes(8), StandardCharsets.US_ASCII))
                        .isEqualTo("patience");
                assertThat(service.connections()).isPositive();
            }
        }
    }

    @Test
    void waitEndsWithAResetWhenItsTimeIsUp() throws Exception {
        int port = Pair.endpoint(client, "brief");
        long start = System.nanoTime();

        assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);

        assertThat((System.nanoTime() - start) / 1_000_000).isBetween(900L, 20_000L);
        pair.server().await("refused tunnel=brief .*how=\"CLV-3010: ");
    }

    @Test
    void oneMoreThanMayWaitIsResetAtOnce() throws Exception {
        int port = Pair.endpoint(client, "narrow");
        try (Socket first = Visitor.connect(port)) {
            client.await("tunnel=narrow .*CLV-5001");

            assertThat(Visitor.fateAt(port)).isEqualTo(Visitor.RESET);

            pair.server().await("refused tunnel=narrow .*how=\"CLV-3011: ");
            first.setSoTimeout(100);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Visitor.fate(first)))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    private static Culvert another(String section) {
        return pair.startClient("127.0.0.1:" + pair.controlPort(), section);
    }
}
