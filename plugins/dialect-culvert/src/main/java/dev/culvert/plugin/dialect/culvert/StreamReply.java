package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.dialect.DialReply;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Tells the server, by the first bytes of a stream, what became of the dial. */
final class StreamReply implements DialReply {

    private final DuplexChannel stream;

    StreamReply(DuplexChannel stream) {
        this.stream = stream;
    }

    @Override
    public void connected() {
        stream.write(DialResult.CONNECTED.encode(stream.alloc()), stream.voidPromise());
        // What the service says at once travels in the same write.
        stream.eventLoop().execute(stream::flush);
    }

    @Override
    public void refused(CulvertException cause) {
        stream.writeAndFlush(new DialResult(cause).encode(stream.alloc()))
                .addListener(written -> stream.shutdownOutput());
        // The visitor's bytes are on their way or here: to close on them would be a reset, which overtakes the reason.
        stream.pipeline().addLast(new Discard());
        stream.config().setAutoRead(true);
        Future<?> patience = stream.eventLoop()
                .schedule(() -> Conversation.reset(stream), Limits.REFUSED_STREAM.toMillis(), TimeUnit.MILLISECONDS);
        stream.closeFuture().addListener(closed -> patience.cancel(false));
    }

    /** Reads to the end, and closes there. */
    private static final class Discard extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ctx.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
