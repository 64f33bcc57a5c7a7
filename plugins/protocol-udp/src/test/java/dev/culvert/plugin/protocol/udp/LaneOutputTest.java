package dev.culvert.plugin.protocol.udp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets the room of a stream that takes nothing: a channel that is never flushed. */
final class LaneOutputTest {

    private static final int LIMIT = 1024 * 1024;
    private static final int LENGTH = 1_200;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final NioSocketChannel channel = new NioSocketChannel();
    private final ByteBuf payload = Unpooled.wrappedBuffer(new byte[LENGTH]);
    private LaneOutput out;

    @BeforeEach
    void register() {
        loops.register(channel).syncUninterruptibly();
        out = new LaneOutput(channel, LIMIT, null);
    }

    @AfterEach
    void stop() {
        onLoop(output -> output.discard());
        channel.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void aFlowThatFloodsTakesNoneOfTheRoomOfTheOthers() {
        Share flood = new Share();
        Share modest = new Share();
        onLoop(output -> {
            int taken = 0;
            for (int i = 0; i < 5_000; i++) {
                taken += output.datagram(1, flood, payload) ? 1 : 0;
                if (i % 100 == 0) {
                    assertThat(output.datagram(2, modest, payload))
                            .as("after %d", i)
                            .isTrue();
                }
            }

            assertThat(taken * LENGTH).as("the flood").isBetween(LIMIT / 2, LIMIT * 5 / 8);
            assertThat(queued()).isLessThanOrEqualTo(LIMIT);
        });
    }

    @Test
    void flowsThatBeginWithoutEndTakeNoneOfTheRoomOfThoseThatHave() {
        Share modest = new Share();
        onLoop(output -> {
            int begun = 0;
            for (int id = 1; id <= 100_000; id++) {
                if (output.hasRoomForFlow()) {
                    begun++;
                    output.open(id, StreamOrigin.UNKNOWN);
                    output.datagram(id, new Share(), payload);
                }
            }

            assertThat(begun * LENGTH).as("of new flows").isBetween(LIMIT / 2, LIMIT * 3 / 4);
            assertThat(output.datagram(1, modest, payload)).isTrue();
            assertThat(queued()).isLessThanOrEqualTo(LIMIT);
        });
    }

    @Test
    void nothingIsQueuedBeyondTheLimitHoweverManyFlowsThereAre() {
        onLoop(output -> {
            for (int id = 1; id <= 10_000; id++) {
                output.datagram(id, new Share(), payload);
            }

            assertThat(queued()).isBetween(LIMIT * 7L / 8, (long) LIMIT);
        });
    }

    private long queued() {
        return channel.unsafe().outboundBuffer().totalPendingWriteBytes();
    }

    private void onLoop(Consumer<LaneOutput> action) {
        EventLoop loop = channel.eventLoop();
        loop.submit(() -> action.accept(out)).syncUninterruptibly();
    }
}
