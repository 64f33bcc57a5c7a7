package dev.culvert.plugin.dialect.culvert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.WireError;
import dev.culvert.testkit.Loops;
import dev.culvert.testkit.SocketPair;
import dev.culvert.testkit.Tape;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The first byte of a stream, on real sockets: the near end is the server's, the far end plays the client. */
final class DialResultHandlerTest {

    private SocketPair pair;
    private SocketChannel near;
    private SocketChannel far;
    private Future<Void> connected;

    private void open(Loops loops) {
        pair = SocketPair.open(loops);
        near = pair.near();
        far = pair.far();
        near.config().setAllowHalfClosure(true);
        var handler = new DialResultHandler(near.eventLoop().newPromise());
        connected = handler.connected();
        near.eventLoop().submit(() -> near.pipeline().addFirst(handler)).syncUninterruptibly();
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void theResultIsReadAlthoughNobodyReads(Loops loops) {
        open(loops);

        send("00");

        soon().until(connected::isSuccess);
        assertThat(near.config().isAutoRead()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void theHandlerIsGoneOnceSomebodyReads(Loops loops) {
        open(loops);
        send("00 41");
        soon().until(connected::isSuccess);
        assertThat(near.pipeline().firstContext().handler()).isInstanceOf(DialResultHandler.class);

        Tape tape = Tape.rolling(near);

        soon().until(() -> tape.text().equals("A"));
        soon().until(() -> near.pipeline().get(DialResultHandler.class) == null);
        send("42");
        soon().until(() -> tape.text().equals("AB"));
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void theHandlerIsGoneAtOnceIfSomebodyReadsAlready(Loops loops) {
        open(loops);
        Tape tape = Tape.rolling(near);

        send("00 41");

        soon().until(() -> tape.text().equals("A"));
        soon().until(() -> near.pipeline().get(DialResultHandler.class) == null);
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void bytesAreHandedOnWithoutCopying(Loops loops) {
        open(loops);
        List<Integer> offsets = new ArrayList<>();
        onLoop(() -> {
            near.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    // The buffer that was read, moved on by the result's one byte.
                    offsets.add(((ByteBuf) message).readerIndex());
                    ((ByteBuf) message).release();
                }
            });
            near.config().setAutoRead(true);
        });

        send("00 41 42");

        soon().until(() -> !offsets.isEmpty());
        assertThat(offsets).containsExactly(1);
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void oneReadIsOneAnswer(Loops loops) throws Exception {
        open(loops);
        send("00 41");
        soon().until(connected::isSuccess);
        Tape tape = Tape.on(near);
        send("42");
        Thread.yield();

        near.read();

        soon().until(() -> tape.text().startsWith("A"));
        near.config().setAutoRead(true);
        soon().until(() -> tape.text().equals("AB"));
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void nothingComesFromWithinTheCallThatAsks(Loops loops) {
        open(loops);
        send("00 41");
        soon().until(connected::isSuccess);
        Tape tape = Tape.on(near);
        List<String> within = new ArrayList<>();

        onLoop(() -> {
            near.config().setAutoRead(true);
            within.add(tape.text());
        });

        soon().until(() -> tape.text().equals("A"));
        assertThat(within).containsExactly("");
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void whoChangesHisMindGetsNothing(Loops loops) {
        open(loops);
        send("00 41");
        soon().until(connected::isSuccess);
        Tape tape = Tape.on(near);

        onLoop(() -> {
            near.config().setAutoRead(true);
            near.config().setAutoRead(false);
        });
        onLoop(() -> {});

        assertThat(tape.text()).isEmpty();
        near.config().setAutoRead(true);
        soon().until(() -> tape.text().equals("A"));
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void anEndBehindTheResultWaitsForAReader(Loops loops) {
        open(loops);
        far.writeAndFlush(Script.hex("00 41 42")).addListener(written -> far.shutdownOutput());
        soon().until(connected::isSuccess);

        Tape tape = Tape.rolling(near);

        soon().until(tape::ended);
        assertThat(tape.text()).isEqualTo("AB");
        assertThat(tape.abort()).isNull();
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void aFailureInPiecesIsOne(Loops loops) throws Exception {
        open(loops);
        ByteBuf all = new DialResult(new CulvertException(ServiceError.REFUSED, "nobody there.")).encode(far.alloc());
        while (all.isReadable()) {
            far.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {all.readByte()}))
                    .sync();
            onLoop(() -> {});
        }
        all.release();

        assertFails(ServiceError.REFUSED);
        assertThat(((CulvertException) connected.cause()).detail()).isEqualTo("nobody there.");
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void anUnknownResultIsAViolation(Loops loops) {
        open(loops);
        Tape tape = Tape.on(near);

        send("02");

        assertFails(WireError.PROTOCOL_VIOLATION);
        soon().until(tape::inactive);
        assertThat(tape.abortedOnly()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void aDetailIsBounded(Loops loops) {
        open(loops);

        send("01 1389 ffff");

        assertFails(WireError.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void anEndBeforeTheResultIsAnAbort(Loops loops) {
        open(loops);
        Tape tape = Tape.rolling(near);

        far.shutdownOutput();

        assertFails(WireError.PROTOCOL_VIOLATION);
        soon().until(tape::inactive);
        assertThat(tape.abortedOnly()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void aResetBeforeTheResultIsAnAbort(Loops loops) {
        open(loops);
        Tape tape = Tape.rolling(near);

        far.config().setOption(ChannelOption.SO_LINGER, 0);
        far.close();

        assertFails(WireError.STREAM_RESET);
        soon().until(tape::inactive);
        assertThat(tape.abortedOnly()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void closingTheStreamHereFailsTheWait(Loops loops) {
        open(loops);

        near.close();

        assertFails(WireError.CONNECTION_LOST);
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void theFailureReachesTheOtherEndAsAReset(Loops loops) {
        open(loops);
        Tape tape = Tape.rolling(far);

        send("01 1389 0000");

        assertFails(ServiceError.REFUSED);
        soon().until(tape::inactive);
        assertThat(tape.abortedOnly()).isTrue();
    }

    /** Whatever the cuts between reads and the moment somebody begins to read, the bytes are the same. */
    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void noByteIsLostOrOutOfPlace(Loops loops) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            open(loops);
            byte[] bytes = new byte[1 + random.nextInt(200_000)];
            random.nextBytes(bytes);
            bytes[0] = 0;
            ByteBuf all = Unpooled.wrappedBuffer(bytes);
            int readFrom = random.nextInt(4);
            Tape tape = readFrom == 0 ? Tape.rolling(near) : Tape.on(near);
            while (all.isReadable()) {
                far.writeAndFlush(all.readRetainedSlice(
                        Math.min(all.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 3 : 100_000))));
                if (readFrom == 1 && random.nextInt(3) == 0) {
                    near.config().setAutoRead(random.nextBoolean());
                }
            }
            all.release();
            far.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> far.shutdownOutput());
            if (readFrom == 2) {
                soon().until(connected::isSuccess);
            }
            near.config().setAutoRead(true);

            Awaitility.await("seed " + seed + ", try " + i)
                    .atMost(5, TimeUnit.SECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(tape::ended);
            assertThat(tape.bytes())
                    .as("seed %d, try %d", seed, i)
                    .isEqualTo(Arrays.copyOfRange(bytes, 1, bytes.length));
            pair.close();
        }
    }

    private void send(String hex) {
        far.writeAndFlush(Script.hex(hex));
    }

    private void onLoop(Runnable task) {
        Channel channel = near;
        channel.eventLoop().submit(task).syncUninterruptibly();
    }

    private void assertFails(ErrorCode code) {
        soon().until(connected::isDone);
        assertThat(connected.cause())
                .isInstanceOfSatisfying(
                        CulvertException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
        soon().until(() -> !near.isOpen());
    }

    private static ConditionFactory soon() {
        return Awaitility.await().atMost(5, TimeUnit.SECONDS).pollInterval(1, TimeUnit.MILLISECONDS);
    }
}
