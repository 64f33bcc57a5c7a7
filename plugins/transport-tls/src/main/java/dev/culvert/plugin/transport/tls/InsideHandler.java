package dev.culvert.plugin.transport.tls;

import static java.util.Objects.requireNonNull;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The inner edge of TLS. What arrives with the end of the handshake waits here for the first read of the channel's
 * owner; {@code close_notify} is the end of what the peer has to say, and an end of the connection without it is none:
 * somebody on the way can send a FIN, but no {@code close_notify} (RFC 8446, section 6.1).
 */
final class InsideHandler extends ChannelDuplexHandler {

    private final UnaryOperator<Throwable> translate;
    private @Nullable Queue<Object> held = new ArrayDeque<>(4);
    private boolean established;
    private boolean keepsHalfClose;
    private boolean heard;
    private boolean ended;
    private boolean aborted;
    private boolean closing;

    /**
     * Makes the edge of one connection.
     *
     * @param translate what to say about a failure, until the peer has said anything
     */
    InsideHandler(UnaryOperator<Throwable> translate) {
        this.translate = translate;
    }

    /**
     * The handshake is done.
     *
     * @param halfClose whether this end can still write when the peer has ended
     */
    void established(boolean halfClose) {
        established = true;
        keepsHalfClose = halfClose;
    }

    /** Whether the peer has ended. */
    boolean hasEnded() {
        return ended;
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        Queue<Object> early = held;
        if (established && early != null) {
            held = null;
            replay(ctx, early);
        }
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        heard = true;
        if (held == null) {
            ctx.fireChannelRead(message); // ownership passes on
        } else {
            held.add(new Message(message)); // ours until replay or release
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (held == null) {
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent close) {
            if (close.isSuccess() && established) {
                end(ctx);
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            abortUnlessEnded(ctx);
        } else if (!(event instanceof SslHandshakeCompletionEvent)) {
            pass(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (established) {
            abort(ctx, heard ? Outcome.late(cause) : translate.apply(cause));
        }
        // Else the handshake's future has it.
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        closing = true;
        ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
        if (tls != null && isAbort(ctx)) {
            tls.close(promise); // past TLS: an abort has no goodbye
        } else {
            ctx.close(promise);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!closing) {
            abortUnlessEnded(ctx);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Queue<Object> unread = held;
        held = null;
        if (unread != null) {
            unread.forEach(InsideHandler::release);
        }
    }

    private static boolean isAbort(ChannelHandlerContext ctx) {
        // A closed socket has no options any more.
        Integer linger = ctx.channel().isOpen() ? ctx.channel().config().getOption(ChannelOption.SO_LINGER) : null;
        return linger != null && linger == 0;
    }

    private void end(ChannelHandlerContext ctx) {
        if (!ended && !aborted) {
            ended = true;
            pass(ctx, ChannelInputShutdownEvent.INSTANCE);
        }
    }

    private void abortUnlessEnded(ChannelHandlerContext ctx) {
        if (established && !ended) {
            abort(ctx, new SSLException("the connection ended without a goodbye (close_notify)"));
        }
    }

    private void abort(ChannelHandlerContext ctx, Throwable cause) {
        if (aborted) {
            return;
        }
        aborted = true;
        if (held == null) {
            ctx.fireExceptionCaught(cause);
        } else {
            held.add(new Failure(cause));
        }
    }

    private void pass(ChannelHandlerContext ctx, Object event) {
        if (held == null) {
            fire(ctx, event);
        } else {
            held.add(event);
        }
    }

    private void fire(ChannelHandlerContext ctx, Object event) {
        ctx.fireUserEventTriggered(event);
        if (event == ChannelInputShutdownEvent.INSTANCE && !keepsHalfClose) {
            closing = true;
            ctx.close(); // TLS has answered with a goodbye of its own: nothing can be written any more
        }
    }

    private void replay(ChannelHandlerContext ctx, Queue<Object> early) {
        boolean read = false;
        for (Object next = early.poll(); next != null; next = early.poll()) {
            if (next instanceof Message message) {
                ctx.fireChannelRead(message.content()); // ownership passes on
                read = true;
            } else if (next instanceof Failure failure) {
                ctx.fireExceptionCaught(failure.cause());
            } else {
                fire(ctx, requireNonNull(next));
            }
        }
        if (read) {
            ctx.fireChannelReadComplete();
        }
    }

    private static void release(Object held) {
        if (held instanceof Message message) {
            ReferenceCountUtil.release(message.content());
        }
    }

    private record Message(Object content) {}

    private record Failure(Throwable cause) {}
}
