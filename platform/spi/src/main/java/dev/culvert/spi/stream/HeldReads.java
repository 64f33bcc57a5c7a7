package dev.culvert.spi.stream;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what arrives for a connection that changes hands, until its next owner reads: then it hands all of that on, an
 * end of the input too, and removes itself.
 *
 * <p>For a decoder that has read further than its handshake, or its first request: it adds one of these behind itself and
 * removes itself. Auto-read has to be off by then, so what is held is a few reads at most. What nobody has asked for when
 * the connection ends is released.
 */
public final class HeldReads extends ChannelDuplexHandler {

    private final Queue<Object> held = new ArrayDeque<>(2);
    private boolean ended;
    private boolean asked;

    /** Makes one for one channel. */
    public HeldReads() {}

    /**
     * Makes one that hands something on before all that arrives.
     *
     * @param first owned by it from now on
     */
    public HeldReads(Object first) {
        held.add(first);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        held.add(message); // owned by the queue until it is handed on or released
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Belongs to what is held.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            ended = true;
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        asked = true;
        ctx.pipeline().remove(this);
        ctx.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        release();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (!asked) {
            release();
            return;
        }
        boolean any = !held.isEmpty();
        for (Object next = held.poll(); next != null; next = held.poll()) {
            ctx.fireChannelRead(next); // ownership passes on
        }
        if (any) {
            ctx.fireChannelReadComplete();
        }
        if (ended) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    private void release() {
        for (Object next = held.poll(); next != null; next = held.poll()) {
            ReferenceCountUtil.release(next);
        }
    }
}
