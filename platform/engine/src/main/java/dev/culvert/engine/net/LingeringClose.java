package dev.culvert.engine.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection with FIN although its peer may still be sending.
 *
 * <p>Closing a socket with unread bytes makes the kernel send RST, which may overtake what was written. So: FIN, then
 * read to the peer's end, or for a while.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter {

    private static final long DEADLINE_SECONDS = 5;

    private final DuplexChannel channel;

    private LingeringClose(DuplexChannel channel) {
        this.channel = channel;
    }

    /** Starts it; on the channel's loop. */
    static void start(DuplexChannel channel) {
        channel.pipeline().addLast(new LingeringClose(channel));
        channel.shutdownOutput();
        channel.config().setAutoRead(true);
        var deadline = channel.eventLoop().schedule(() -> reset(channel), DEADLINE_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> deadline.cancel(false));
    }

    static void reset(DuplexChannel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            channel.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        channel.close();
    }
}
