package dev.culvert.engine.bridge;

import static dev.culvert.engine.bridge.BridgeSide.A;
import static dev.culvert.engine.bridge.BridgeSide.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.engine.net.Sockets;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.protocol.BridgeOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass(name = "{0}, loops: {1}")
@MethodSource("socketsAndLoops")
final class BridgeTest {

    private static final int THREE_MB = 3 * 1024 * 1024;

    private final String kind;
    private final int loops;
    private Relay relay;

    BridgeTest(String kind, int loops) {
        this.kind = kind;
        this.loops = loops;
    }

    static Stream<Arguments> socketsAndLoops() {
        return Stream.of("nio", "epoll", "io_uring")
                .filter(Sockets::isAvailable)
                .flatMap(kind -> Stream.of(Arguments.of(kind, 1), Arguments.of(kind, 2)));
    }

    @BeforeEach
    void open() throws Exception {
        relay = new Relay(kind, loops);
    }

    @AfterEach
    void close() throws Exception {
        relay.close();
    }

    @Test
    void carriesBytesBothWaysAtOnce() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            byte[] up = random(THREE_MB);
            byte[] down = random(THREE_MB);
            CompletableFuture<Void> sentUp = send(joined.left(), up);
            CompletableFuture<Void> sentDown = send(joined.right(), down);
            CompletableFuture<byte[]> gotUp =
                    CompletableFuture.supplyAsync(() -> read(joined.right(), THREE_MB), Threads.EACH);

            assertThat(read(joined.left(), THREE_MB)).isEqualTo(down);
            assertThat(gotUp.get(10, TimeUnit.SECONDS)).isEqualTo(up);
            sentUp.get(10, TimeUnit.SECONDS);
            sentDown.get(10, TimeUnit.SECONDS);
            assertThat(joined.bridge().bytesAtoB()).isEqualTo(THREE_MB);
            assertThat(joined.bridge().bytesBtoA()).isEqualTo(THREE_MB);
        }
    }

    @Test
    void finishedInGoodOrderTheServiceHearsTheEndAndItsLastWordArrives() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            send(joined.left(), new byte[] {1}).get(10, TimeUnit.SECONDS);
            assertThat(joined.right().getInputStream().read()).isOne();

            joined.bridge().finish();
            joined.bridge().finish();

            assertThat(joined.right().getInputStream().read()).isEqualTo(-1);
            send(joined.right(), new byte[] {2}).get(10, TimeUnit.SECONDS);
            assertThat(joined.left().getInputStream().read()).isEqualTo(2);
            joined.right().close();
            assertThat(joined.left().getInputStream().read()).isEqualTo(-1);
            assertThat(joined.end().isClean()).isTrue();
        }
    }

    @Test
    void aRateHoldsReadsBackAndLosesNothing() throws Exception {
        int bytes = 200_000;
        RateLimits limits = new RateLimits(new RateLimit(128 * 1024), null);
        try (Relay.Joined joined = relay.join(new BridgeOptions(Duration.ofMillis(250)), limits)) {
            byte[] up = random(bytes);
            byte[] down = random(THREE_MB);
            CompletableFuture<Void> sentDown = send(joined.right(), down);
            CompletableFuture<byte[]> gotUp =
                    CompletableFuture.supplyAsync(() -> read(joined.right(), bytes), Threads.EACH);
            CompletableFuture<Void> sentUp = send(joined.left(), up);

            assertThat(read(joined.left(), THREE_MB)).isEqualTo(down);
            sentDown.get(10, TimeUnit.SECONDS);
            joined.right().shutdownOutput(); // from here on silence is counted, but not while the rate holds back
            assertThat(gotUp.get(10, TimeUnit.SECONDS)).isEqualTo(up);
            sentUp.get(10, TimeUnit.SECONDS);
            joined.left().shutdownOutput();

            assertThat(joined.right().getInputStream().read()).isEqualTo(-1);
            assertThat(joined.end().isClean()).isTrue();
        }
    }

    @Test
    void whatIsHeldBackStaysWithItsSender() throws Exception {
        RateLimits limits = new RateLimits(new RateLimit(1024), null);
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT, limits)) {
            send(joined.left(), random(THREE_MB));

            // One turn of each loop at most: the bucket is in debt from the first read on.
            joined.right().getInputStream().readNBytes(1);
            assertThat(joined.bridge().bytesAtoB()).isLessThanOrEqualTo(2 * 128 * 1024);
            assertThat(joined.a().config().isAutoRead()).isFalse();
            Relay.reset(joined.left());
            Relay.reset(joined.right());
            joined.bridge()
                    .abort(new dev.culvert.spi.CulvertException(
                            dev.culvert.spi.WireError.CONNECTION_LOST, "the test is over."));
            joined.end();
        }
    }

    @Test
    void halfCloseOfTheLeftKeepsTheOtherDirection() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            halfCloseThenReply(joined.left(), joined.right());

            assertThat(joined.end().isClean()).isTrue();
            assertThat(joined.a().isOpen()).isFalse();
            assertThat(joined.b().isOpen()).isFalse();
        }
    }

    @Test
    void halfCloseOfTheRightKeepsTheOtherDirection() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            halfCloseThenReply(joined.right(), joined.left());

            assertThat(joined.end())
                    .returns(true, BridgeEnd::isClean)
                    .returns((long) THREE_MB, BridgeEnd::bytesAtoB)
                    .returns((long) THREE_MB, BridgeEnd::bytesBtoA);
        }
    }

    @Test
    void aThousandHalfClosesAreAllRight() throws Exception {
        Integer[] failures = IntStream.range(0, 50)
                .mapToObj(worker -> CompletableFuture.supplyAsync(() -> halfCloses(20), Threads.EACH))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toArray(Integer[]::new);

        assertThat(Arrays.stream(failures).mapToInt(Integer::intValue).sum()).isZero();
    }

    @Test
    void aResetOfTheLeftReachesTheRightAsAReset() throws Exception {
        resetMidTransfer(true);
    }

    @Test
    void aResetOfTheRightReachesTheLeftAsAReset() throws Exception {
        resetMidTransfer(false);
    }

    @Test
    void aResetWhileTheOtherSideDoesNotReadIsAReset() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            fill(joined.right());
            Relay.reset(joined.right());
            // NIO does not report a reset while reads are off; reading makes room, and then it is seen.
            assertThatThrownBy(() -> readToEnd(joined.left())).isInstanceOf(SocketException.class);
            assertThat(joined.end()).returns(false, BridgeEnd::isClean).returns(B, BridgeEnd::abortedBy);
        }
    }

    @Test
    void aResetAfterTheEndOfItsBytesStillDeliversThem() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            byte[] reply = random(200_000);
            joined.right().getOutputStream().write(reply);
            joined.right().shutdownOutput();
            await().until(() -> joined.bridge().bytesBtoA() == reply.length);
            Relay.reset(joined.right());
            joined.left().getOutputStream().write(1);

            assertThat(readToEnd(joined.left())).isEqualTo(reply);
            joined.left().shutdownOutput();
            joined.end();
        }
    }

    @Test
    void aSideThatEndedAndBrokeOffIsReportedWithACause() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            joined.right().shutdownOutput();
            assertThat(joined.left().getInputStream().read()).isEqualTo(-1);
            Relay.reset(joined.right());
            await().until(() -> {
                joined.left().getOutputStream().write(1);
                return !joined.b().isOpen();
            });
            joined.left().shutdownOutput();

            assertThat(joined.end()).returns(false, BridgeEnd::isClean).returns(B, BridgeEnd::abortedBy);
        }
    }

    @Test
    void aReaderThatStopsReadingStopsItsWriter() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            long written = fill(joined.left());

            assertThat(queued(joined)).isLessThan(1024 * 1024);
            CompletableFuture<byte[]> rest =
                    CompletableFuture.supplyAsync(() -> read(joined.right(), (int) written), Threads.EACH);
            assertThat(rest.get(10, TimeUnit.SECONDS)).hasSize((int) written);
        }
    }

    @Test
    void endingBothSidesAtOnceIsAClearEnd() throws Exception {
        for (int i = 0; i < 50; i++) {
            try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
                joined.left().shutdownOutput();
                joined.right().shutdownOutput();

                assertThat(joined.end().isClean()).isTrue();
            }
        }
    }

    @Test
    void closingAfterQueuedBytesDeliversThem() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            byte[] sent = random(THREE_MB);
            CompletableFuture<Void> done = send(joined.left(), sent).thenRun(() -> quietly(joined.left()::close));

            assertThat(readToEnd(joined.right())).isEqualTo(sent);
            done.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aHalfClosedPairThatIsSilentIsResetOnBothSides() throws Exception {
        try (Relay.Joined joined = relay.join(new BridgeOptions(Duration.ofMillis(200)))) {
            joined.left().shutdownOutput();
            assertThat(joined.right().getInputStream().read()).isEqualTo(-1);

            CulvertException cause = joined.end().cause();
            assertThat(cause).isNotNull();
            assertThat(cause.code()).isEqualTo(ServiceError.HALF_CLOSE_TIMEOUT);
            assertThat(joined.end().abortedBy()).isNull();
            assertThatThrownBy(() -> readToEnd(joined.left())).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aHalfClosedPairThatMovesBytesIsLeftAlone() throws Exception {
        try (Relay.Joined joined = relay.join(new BridgeOptions(Duration.ofMillis(400)))) {
            joined.left().shutdownOutput();
            long until = System.nanoTime() + Duration.ofMillis(1500).toNanos();
            int sent = 0;
            while (System.nanoTime() < until) {
                joined.right().getOutputStream().write(sent++);
                assertThat(joined.left().getInputStream().read()).isEqualTo((sent - 1) & 0xff);
                TimeUnit.MILLISECONDS.sleep(50); // the pace of a slow service, not a wait
            }
            joined.right().shutdownOutput();

            assertThat(joined.end()).returns(true, BridgeEnd::isClean).returns((long) sent, BridgeEnd::bytesBtoA);
        }
    }

    @Test
    void aResetOnAHalfClosedPairKeepsNoLoopBusy() throws Exception {
        try (Relay.Joined leftBroke = relay.join(new BridgeOptions(Duration.ofSeconds(2)));
                Relay.Joined rightBroke = relay.join(new BridgeOptions(Duration.ofSeconds(2)));
                Relay.Joined bothEnded = relay.join(new BridgeOptions(Duration.ofSeconds(2)))) {
            leftBroke.left().shutdownOutput();
            rightBroke.right().shutdownOutput();
            assertThat(leftBroke.right().getInputStream().read()).isEqualTo(-1);
            assertThat(rightBroke.left().getInputStream().read()).isEqualTo(-1);
            bothEnded.left().shutdownOutput();
            bothEnded.right().getOutputStream().write(random(200_000));
            bothEnded.right().shutdownOutput(); // of which the left has not read yet

            Relay.reset(leftBroke.left());
            Relay.reset(rightBroke.right());
            Relay.reset(bothEnded.left());
            settle(leftBroke);
            long before = relay.cpuNanos();
            TimeUnit.SECONDS.sleep(1); // what is measured is the time in which nothing happens

            assertThat(Duration.ofNanos(relay.cpuNanos() - before)).isLessThan(Duration.ofMillis(100));
        }
    }

    @Test
    void aPausedSideIsReadWhenItsLastReasonIsGone() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            joined.bridge().pause("drain");
            joined.bridge().pause(A, "limit");
            joined.bridge().pause(A, "limit");
            settle(joined);
            joined.left().getOutputStream().write(7);
            joined.right().getOutputStream().write(8);

            joined.bridge().resume("drain");
            assertThat(joined.left().getInputStream().read()).isEqualTo(8);
            assertThat(joined.bridge().bytesAtoB()).isZero();

            joined.bridge().resume(A, "limit");
            assertThat(joined.right().getInputStream().read()).isEqualTo(7);
        }
    }

    @Test
    void anAbortResetsBothSides() throws Exception {
        try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
            CulvertException cause = new CulvertException(ServiceError.FAILED, "Enough.");
            joined.bridge().abort(cause);

            assertThatThrownBy(() -> readToEnd(joined.left())).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> readToEnd(joined.right())).isInstanceOf(SocketException.class);
            assertThat(joined.end()).returns(cause, BridgeEnd::cause).returns(null, BridgeEnd::abortedBy);
        }
    }

    private void resetMidTransfer(boolean leftResets) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
                Socket breaks = leftResets ? joined.left() : joined.right();
                Socket sees = leftResets ? joined.right() : joined.left();
                breaks.getOutputStream().write(random(50_000));
                read(sees, 10_000);
                Relay.reset(breaks);

                assertThatThrownBy(() -> readToEnd(sees)).isInstanceOf(SocketException.class);
                assertThat(joined.end())
                        .returns(false, BridgeEnd::isClean)
                        .returns(leftResets ? A : B, BridgeEnd::abortedBy);
            }
        }
    }

    private static void halfCloseThenReply(Socket first, Socket second) throws Exception {
        byte[] request = random(THREE_MB);
        byte[] reply = random(THREE_MB);
        CompletableFuture<Void> asked = send(first, request).thenRun(() -> quietly(first::shutdownOutput));

        assertThat(readToEnd(second)).isEqualTo(request);
        CompletableFuture<Void> answered = send(second, reply).thenRun(() -> quietly(second::shutdownOutput));
        assertThat(readToEnd(first)).isEqualTo(reply);
        asked.get(5, TimeUnit.SECONDS);
        answered.get(5, TimeUnit.SECONDS);
    }

    private int halfCloses(int count) {
        int wrong = 0;
        for (int i = 0; i < count; i++) {
            try (Relay.Joined joined = relay.join(BridgeOptions.DEFAULT)) {
                boolean leftFirst = i % 2 == 0;
                Socket first = leftFirst ? joined.left() : joined.right();
                Socket second = leftFirst ? joined.right() : joined.left();
                byte[] bytes = random(30_000);
                CompletableFuture<Void> sent = send(first, bytes).thenRun(() -> quietly(first::shutdownOutput));
                byte[] request = readToEnd(second);
                CompletableFuture<Void> back = send(second, request).thenRun(() -> quietly(second::shutdownOutput));
                boolean right =
                        Arrays.equals(bytes, readToEnd(first)) && joined.end().isClean();
                sent.join();
                back.join();
                wrong += right ? 0 : 1;
            } catch (Exception e) {
                wrong++;
            }
        }
        return wrong;
    }

    /** Writes until nothing more is taken for a while. */
    private static long fill(Socket socket) {
        long[] written = {0};
        byte[] chunk = new byte[16 * 1024];
        CompletableFuture<Void> writer = CompletableFuture.runAsync(
                () -> quietly(() -> {
                    while (written[0] < Integer.MAX_VALUE) {
                        socket.getOutputStream().write(chunk);
                        synchronized (written) {
                            written[0] += chunk.length;
                        }
                    }
                }),
                Threads.EACH);
        await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(20)).until(new StaysTheSame(written)::check);
        assertThat(writer).isNotDone();
        synchronized (written) {
            return written[0];
        }
    }

    private static final class StaysTheSame {
        private final long[] value;
        private long last = -1;

        StaysTheSame(long[] value) {
            this.value = value;
        }

        boolean check() {
            synchronized (value) {
                boolean same = value[0] == last;
                last = value[0];
                return same;
            }
        }
    }

    private static long queued(Relay.Joined joined) {
        return joined.b().bytesBeforeWritable();
    }

    private static void settle(Relay.Joined joined) throws Exception {
        joined.a().eventLoop().submit(() -> {}).sync();
        joined.b().eventLoop().submit(() -> {}).sync();
        joined.a().eventLoop().submit(() -> {}).sync();
    }

    private static CompletableFuture<Void> send(Socket socket, byte[] bytes) {
        return CompletableFuture.runAsync(
                () -> quietly(() -> socket.getOutputStream().write(bytes)), Threads.EACH);
    }

    private static byte[] read(Socket socket, int count) {
        try {
            return socket.getInputStream().readNBytes(count);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] readToEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return in.readAllBytes();
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static void quietly(IoAction action) {
        try {
            action.run();
        } catch (IOException e) {
            // The other end of the test sees what is missing.
        }
    }

    private interface IoAction {
        void run() throws IOException;
    }
}
