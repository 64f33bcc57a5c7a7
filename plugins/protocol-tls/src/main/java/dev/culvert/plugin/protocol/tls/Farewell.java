package dev.culvert.plugin.protocol.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/** Says a fatal alert and ends the connection, which is read on for a moment: closing with unread bytes would be a reset. */
final class Farewell extends ChannelInboundHandlerAdapter {

    private static final long SECONDS = 1;

    private final Alert alert;

    Farewell(Alert alert) {
        this.alert = alert;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        DuplexChannel connection = (DuplexChannel) ctx.channel();
        ctx.writeAndFlush(Unpooled.wrappedBuffer(alert.record())).addListener(written -> connection.shutdownOutput());
        var deadline = ctx.executor().schedule(() -> ctx.close(), SECONDS, TimeUnit.SECONDS);
        connection.closeFuture().addListener(closed -> deadline.cancel(false));
        connection.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
