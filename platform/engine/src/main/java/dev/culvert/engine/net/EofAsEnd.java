package dev.culvert.engine.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * Says that the input has ended where Netty only closes: its Unix domain sockets know half-closure on epoll alone. A service
 * that ends its direction first hears nothing more there; but what it said is whole, and a broken connection, which is an
 * exception before, is told from that.
 */
final class EofAsEnd extends ChannelInboundHandlerAdapter {

    private boolean failed;

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed = true;
        ctx.fireExceptionCaught(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!failed) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        ctx.fireChannelInactive();
    }
}
