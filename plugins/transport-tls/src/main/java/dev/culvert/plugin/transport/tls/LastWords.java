package dev.culvert.plugin.transport.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Gets the alert of a failed handshake through to the client. A socket that is closed with unread bytes is reset, and a
 * reset destroys what the other end has not read yet: the reason. So the connection is ended first, and closed when the
 * client has ended it too, after a moment at most. An end of the other side during the handshake ends the connection.
 * Before TLS in the pipeline.
 */
final class LastWords extends ChannelDuplexHandler {

    private static final long PATIENCE_MILLIS = 1000;
    private static final int MOST_BYTES = 64 * 1024;

    private boolean failed;
    private boolean ending;
    private int discarded;

    /** The handshake has failed: the next close waits for the client. */
    void failed() {
        failed = true;
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!failed || !ctx.channel().isActive() || !(ctx.channel() instanceof DuplexChannel socket)) {
            ctx.close(promise);
            return;
        }
        ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
        if (ending) {
            return;
        }
        ending = true;
        ctx.executor().schedule(() -> ctx.close(), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        // Ends the output after what is queued, which an immediate end would drop.
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> socket.shutdownOutput());
        ctx.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!ending) {
            ctx.fireChannelRead(message);
            return;
        }
        discarded += message instanceof io.netty.buffer.ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (discarded > MOST_BYTES) {
            ctx.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            // No handshake goes on after an end, and with half-closure allowed nothing else would tell TLS of it.
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }
}
