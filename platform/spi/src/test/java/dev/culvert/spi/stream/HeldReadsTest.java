package dev.culvert.spi.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HeldReadsTest {

    private final List<String> seen = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(false, false);

    @BeforeEach
    void hold() throws Exception {
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(new HeldReads(), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                seen.add(bytes.toString(StandardCharsets.US_ASCII));
                bytes.release();
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                seen.add("complete");
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                seen.add(event == ChannelInputShutdownEvent.INSTANCE ? "end" : event.toString());
            }
        });
        channel.register();
    }

    @Test
    void nothingIsHandedOnBeforeSomebodyReads() {
        arrive("a");
        arrive("b");
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(seen).isEmpty();

        channel.read();

        assertThat(seen).containsExactly("a", "b", "complete", "end");
        assertThat(channel.pipeline().get(HeldReads.class)).isNull();
    }

    @Test
    void otherEventsPass() {
        channel.pipeline().fireUserEventTriggered("news");

        assertThat(seen).containsExactly("news");
    }

    @Test
    void whatNobodyAskedForIsReleasedAtTheEnd() {
        ByteBuf bytes = arrive("a");

        channel.close();

        assertThat(bytes.refCnt()).isZero();
        assertThat(seen).doesNotContain("a");
    }

    @Test
    void whoeverRemovesItDropsWhatItHolds() {
        ByteBuf bytes = arrive("a");

        channel.pipeline().remove(HeldReads.class);

        assertThat(bytes.refCnt()).isZero();
        assertThat(seen).isEmpty();
    }

    private ByteBuf arrive(String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        channel.pipeline().fireChannelRead(bytes);
        channel.pipeline().fireChannelReadComplete();
        return bytes;
    }
}
