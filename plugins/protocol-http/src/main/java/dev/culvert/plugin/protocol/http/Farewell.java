package dev.culvert.plugin.protocol.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection after its last answer. It is read on for a moment (RFC 9112, section 9.6): closing with unread bytes
 * would be a reset, which takes the answer away from whoever is still sending.
 */
final class Farewell extends ChannelInboundHandlerAdapter {

    /** How long the moment is. */
    static final long SECONDS = 2;

    private Farewell() {}

    static void say(ChannelHandlerContext ctx, DuplexChannel connection) {
        var deadline = ctx.executor().schedule(() -> connection.close(), SECONDS, TimeUnit.SECONDS);
        connection.closeFuture().addListener(closed -> deadline.cancel(false));
        ctx.pipeline().addLast(new Farewell());
        connection.config().setAutoRead(true);
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (tls == null) {
                connection.shutdownOutput();
            } else {
                tls.closeOutbound().addListener(said -> connection.shutdownOutput());
            }
        });
        if (connection.isInputShutdown()) {
            connection.close();
        }
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
