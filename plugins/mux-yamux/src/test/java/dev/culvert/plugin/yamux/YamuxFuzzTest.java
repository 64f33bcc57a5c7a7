package dev.culvert.plugin.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import dev.culvert.testkit.LeakDetection;
import dev.culvert.testkit.LinkPair;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** Whatever a peer sends, a session goes on or ends with a code; nothing else happens, and nothing leaks. */
final class YamuxFuzzTest {

    private static final int SESSIONS = 100;

    // A failure names its seed: put it here to see it again.
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @RepeatedTest(3)
    void randomBytesEndTheSessionWithACode() {
        for (int i = 0; i < SESSIONS; i++) {
            byte[] bytes = new byte[random.nextInt(500)];
            random.nextBytes(bytes);
            run(List.of(bytes));
        }
        LeakDetection.check();
    }

    @RepeatedTest(3)
    void randomFramesDoWhatTheyMayOrEndTheSession() {
        for (int i = 0; i < SESSIONS; i++) {
            run(frames(0));
        }
        LeakDetection.check();
    }

    @RepeatedTest(3)
    void mutatedFramesDoNoMore() {
        for (int i = 0; i < SESSIONS; i++) {
            run(frames(2));
        }
        LeakDetection.check();
    }

    private List<byte[]> frames(int mutationsInAHundred) {
        List<byte[]> frames = new ArrayList<>();
        int next = 1;
        for (int i = 0; i < 60; i++) {
            int flags = random.nextInt(8) == 0 ? random.nextInt(16) & ~1 : 0;
            int id = random.nextInt(10) == 0 ? random.nextInt(8) : 1 + 2 * random.nextInt(Math.max(1, next / 2));
            if (random.nextInt(4) == 0) {
                flags |= 1;
                id = next;
                next += 2;
            }
            int type = random.nextInt(20);
            byte[] frame = switch (type) {
                case 0 -> Frames.frame(2, 1 + random.nextInt(2), 0, random.nextInt(5));
                case 1 -> Frames.frame(3, 0, 0, random.nextInt(20) == 0 ? 1 : 0);
                case 2, 3, 4, 5 -> Frames.frame(1, flags, id, random.nextInt(100_000));
                default -> Frames.data(flags, id, new byte[random.nextInt(random.nextInt(10) == 0 ? 100_000 : 100)]);
            };
            if (random.nextInt(100) < mutationsInAHundred) {
                frame[random.nextInt(Math.min(frame.length, 14))] ^= (byte) (1 << random.nextInt(8));
            }
            frames.add(frame);
        }
        return frames;
    }

    private void run(List<byte[]> input) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        YamuxLink link = (YamuxLink) new YamuxMultiplexer(new YamuxMultiplexerFactory().settings())
                .open(LinkPair.plain(channel), Role.SERVER);
        link.onStream(stream -> stream.pipeline().addLast(new Unpredictable(stream)));
        link.start();
        for (int i = 0; i < 3; i++) {
            link.openStream().addListener(opened -> {
                DuplexChannel stream = (DuplexChannel) opened.getNow();
                stream.pipeline().addLast(new Unpredictable(stream));
                stream.config().setAutoRead(random.nextBoolean());
            });
        }
        for (byte[] frame : input) {
            sendInPieces(channel, frame);
            channel.runPendingTasks();
            for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                out.release();
            }
        }
        link.close(null);
        channel.finishAndReleaseAll();

        assertThat(link.closeFuture().isDone()).as("seed %d", seed).isTrue();
        assertThat(link.streams()).as("seed %d", seed).isZero();
        Throwable cause = link.closeFuture().cause();
        if (cause != null) {
            assertThat(cause)
                    .as("seed %d", seed)
                    .isInstanceOfSatisfying(
                            CulvertException.class,
                            e -> assertThat(e.code())
                                    .as("seed %d: %s", seed, e)
                                    .isEqualTo(WireError.PROTOCOL_VIOLATION));
        }
    }

    private void sendInPieces(EmbeddedChannel channel, byte[] bytes) {
        int from = 0;
        while (from < bytes.length && channel.isActive()) {
            int to = random.nextInt(3) > 0 ? bytes.length : from + 1 + random.nextInt(bytes.length - from);
            channel.writeInbound(Unpooled.copiedBuffer(bytes, from, to - from));
            from = to;
        }
    }

    /** Reads, pauses, writes, ends or aborts as it pleases. */
    private final class Unpredictable extends ChannelInboundHandlerAdapter {

        private final DuplexChannel stream;

        Unpredictable(DuplexChannel stream) {
            this.stream = stream;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            act();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            act();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            act();
        }

        private void act() {
            switch (random.nextInt(12)) {
                case 0 -> stream.close();
                case 1 -> stream.shutdownOutput();
                case 2 -> stream.shutdownInput();
                case 3 -> stream.config().setAutoRead(false);
                case 4 -> stream.read();
                case 5 -> stream.writeAndFlush(Unpooled.wrappedBuffer(new byte[random.nextInt(300_000)]));
                default -> stream.config().setAutoRead(true);
            }
        }
    }
}
