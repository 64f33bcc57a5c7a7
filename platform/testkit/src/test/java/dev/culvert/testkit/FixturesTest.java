package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class FixturesTest {

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void aPairCarriesBytes(Loops loops) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (SocketPair pair = SocketPair.open(loops)) {
            assertThat(pair.far().config().isAutoRead()).isFalse();
            pair.far().pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
                @Override
                protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
                    received.add(message.toString(StandardCharsets.US_ASCII));
                }
            });
            pair.far().config().setAutoRead(true);

            pair.near().writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));

            assertThat(received.poll(5, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.testkit.Loops#available")
    void aRawPairCarriesBytes(Loops loops) throws Exception {
        try (SocketPair.Raw pair = SocketPair.openRaw(loops)) {
            pair.near().writeAndFlush(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));

            assertThat(pair.far().getInputStream().readNBytes(5)).asString().isEqualTo("hello");
        }
    }

    @Test
    void aForgottenBufferFailsTheTest() {
        forget();

        await().untilAsserted(() -> assertThatThrownBy(LeakDetection::check).hasMessageStartingWith("LEAK:"));
    }

    private static void forget() {
        ByteBufAllocator.DEFAULT.directBuffer(8).writeByte(1);
    }
}
