package dev.culvert.plugin.protocol.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLException;

/**
 * The inner edge of the TLS with a service: {@code close_notify} is the end of what it says, and an end of the connection
 * without it is none (RFC 9112, section 9.8). Lives on the connection's loop.
 */
final class ServiceTlsEdge extends ChannelDuplexHandler {

    private final SslHandler tls;
    private boolean established;
    private volatile boolean ended;
    private boolean broken;
    private boolean closing;

    ServiceTlsEdge(SslHandler tls) {
        this.tls = tls;
    }

    void established() {
        established = true;
    }

    /** Whether the service has ended. */
    boolean hasEnded() {
        return ended;
    }

    /** Whether nothing can be written any more: where the engine, or TLS 1.2, ends both directions at once. */
    boolean isDeaf() {
        return ended && tls.engine().isOutboundDone();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent close) {
            if (close.isSuccess() && established && !ended && !broken) {
                ended = true;
                ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            breakOff(ctx);
        } else if (!(event instanceof SslHandshakeCompletionEvent)) {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (isDeaf()) {
            ReferenceCountUtil.release(message); // as to a peer that has left: it goes nowhere
            if (!promise.isVoid()) {
                promise.trySuccess();
            }
        } else {
            ctx.write(message, promise);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closing = true;
        // A closed socket has no options any more.
        Integer linger = ctx.channel().isOpen() ? ctx.channel().config().getOption(ChannelOption.SO_LINGER) : null;
        ChannelHandlerContext below = ctx.pipeline().context(tls);
        if (below != null && linger != null && linger == 0) {
            below.close(promise); // past TLS: an abort has no goodbye
        } else {
            ctx.close(promise);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (established) {
            broken = true;
            ctx.fireExceptionCaught(cause);
        } // else the handshake's future has it
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!closing) {
            breakOff(ctx);
        }
        ctx.fireChannelInactive();
    }

    private void breakOff(ChannelHandlerContext ctx) {
        if (established && !ended && !broken) {
            broken = true;
            ctx.fireExceptionCaught(new SSLException("the service ended without a goodbye (close_notify)"));
        }
    }
}
