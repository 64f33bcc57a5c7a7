package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Takes the first bytes of a stream away, first in its pipeline, and then itself.
 *
 * <p>It reads them although auto-read is off: nobody may own the stream yet. What comes behind them, normally in the
 * same buffer, is held until somebody asks for it, by auto-read or by a read, and then passed on as it came. Until then
 * an abort is dealt with here too, since it may find nobody else.
 */
abstract class PrefixHandler extends ChannelDuplexHandler {

    private @Nullable ByteBuf incomplete;
    private @Nullable ArrayDeque<Object> held;
    private boolean complete;
    private boolean failed;
    private boolean demanded;
    private boolean scheduled;

    /**
     * Reads the prefix.
     *
     * @param in its reader index is moved past the prefix, or left alone if that is not complete
     * @return whether it is complete
     * @throws CulvertException if it will never be; the stream then ends by {@link #broken}
     */
    abstract boolean consume(ByteBuf in);

    /** The prefix is complete. May use the stream in every way; bytes behind the prefix come when asked for. */
    abstract void completed(ChannelHandlerContext ctx);

    /** There will be no prefix. Has to end the stream if it has not ended itself. */
    abstract void broken(ChannelHandlerContext ctx, CulvertException cause);

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        demandMore(ctx);
    }

    private static void demandMore(ChannelHandlerContext ctx) {
        if (!ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (failed) {
            ReferenceCountUtil.release(message);
        } else if (complete) {
            hold(message);
        } else {
            prefix(ctx, joined(ctx, (ByteBuf) message));
        }
    }

    private ByteBuf joined(ChannelHandlerContext ctx, ByteBuf bytes) {
        ByteBuf earlier = incomplete;
        if (earlier == null) {
            return bytes;
        }
        incomplete = null;
        // A prefix that comes in pieces is rare, and short.
        ByteBuf both = ctx.alloc().buffer(earlier.readableBytes() + bytes.readableBytes());
        both.writeBytes(earlier).writeBytes(bytes);
        earlier.release();
        bytes.release();
        return both;
    }

    private void prefix(ChannelHandlerContext ctx, ByteBuf bytes) {
        incomplete = bytes;
        try {
            if (!consume(bytes)) {
                return;
            }
        } catch (CulvertException e) {
            fail(ctx, e);
            return;
        }
        incomplete = null;
        complete = true;
        if (bytes.isReadable()) {
            hold(bytes);
        } else {
            bytes.release();
        }
        completed(ctx);
        if (demanded || ctx.channel().config().isAutoRead()) {
            passOn(ctx);
        }
    }

    private void hold(Object messageOrEvent) {
        if (held == null) {
            held = new ArrayDeque<>(2);
        }
        held.add(messageOrEvent);
    }

    /** Everything held, in its order, and this handler is gone. */
    private void passOn(ChannelHandlerContext ctx) {
        if (held != null) {
            for (Object next = held.poll(); next != null; next = held.poll()) {
                if (next instanceof ByteBuf) {
                    ctx.fireChannelRead(next); // its ownership passes
                } else {
                    ctx.fireUserEventTriggered(next);
                }
            }
        }
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    /** Somebody behind this handler wants bytes. */
    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!complete || failed) {
            ctx.read();
            return;
        }
        if (held == null) {
            passOn(ctx);
            ctx.read();
            return;
        }
        demanded |= !ctx.channel().config().isAutoRead();
        if (!scheduled) {
            scheduled = true;
            // Not from within: whoever turns auto-read on does not expect bytes before it has returned.
            ctx.executor().execute(() -> answerDemand(ctx));
        }
    }

    private void answerDemand(ChannelHandlerContext ctx) {
        scheduled = false;
        if (ctx.isRemoved() || failed || !(demanded || ctx.channel().config().isAutoRead())) {
            return;
        }
        passOn(ctx);
        ctx.fireChannelReadComplete();
        // The one that was taken for this; past the end, sockets do not take it well.
        if (ctx.channel().config().isAutoRead() && !((DuplexChannel) ctx.channel()).isInputShutdown()) {
            ctx.read();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (complete) {
            return; // what is held has not been read as far as the next handler is concerned
        }
        if (!failed) {
            demandMore(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        boolean isEnd = event == ChannelInputShutdownEvent.INSTANCE;
        if (failed) {
            return;
        }
        if (isEnd && !complete) {
            fail(
                    ctx,
                    new CulvertException(
                            WireError.PROTOCOL_VIOLATION, "the stream ended before its first word was complete."));
        } else if (complete && (isEnd || event == ChannelInputShutdownReadComplete.INSTANCE)) {
            hold(event);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (failed) {
            return;
        }
        if (complete) {
            abort(ctx, cause);
        } else {
            fail(ctx, new CulvertException(WireError.STREAM_RESET, "the other end aborted the stream.", cause));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!complete && !failed) {
            fail(ctx, new CulvertException(WireError.CONNECTION_LOST, "the stream ended with the session."));
        }
        ctx.fireChannelInactive();
    }

    /**
     * Ends the stream as an abort, for whoever has it by now or will: not even what is held gets out, or the rest would
     * look like a clean end of it.
     */
    final void abort(ChannelHandlerContext ctx, Throwable cause) {
        failed = true;
        releaseAll();
        if (ctx.pipeline().lastContext() != ctx) {
            ctx.fireExceptionCaught(cause);
        }
        Conversation.reset((DuplexChannel) ctx.channel());
    }

    private void fail(ChannelHandlerContext ctx, CulvertException cause) {
        failed = true;
        releaseAll();
        broken(ctx, cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        releaseAll();
    }

    private void releaseAll() {
        ReferenceCountUtil.release(incomplete);
        incomplete = null;
        if (held != null) {
            held.forEach(ReferenceCountUtil::release);
            held.clear();
        }
    }
}
