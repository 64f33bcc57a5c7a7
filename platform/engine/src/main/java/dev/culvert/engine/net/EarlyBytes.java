package dev.culvert.engine.net;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a connection delivers before its owner asked for anything, and hands it over with the first read.
 *
 * <p>Epoll and io_uring channels read once when FIN arrives, with auto-read off too. The request of a visitor that sent
 * it together with FIN would come before a stream is open, find no handler, and be lost. One per connection; removes
 * itself.
 */
final class EarlyBytes extends ChannelDuplexHandler {

    private @Nullable Queue<Object> held;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        hold(new Message(message)); // owned by the queue until replay or release
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Belongs to a message that is held.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        hold(event);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        Queue<Object> early = held;
        held = null;
        ctx.pipeline().remove(this);
        if (early != null) {
            replay(ctx, early);
        }
        if (ctx.channel().isOpen()) {
            ctx.read();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // reset before anybody had an interest in it; the owner sees it closed
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (held != null) {
            held.forEach(EarlyBytes::release);
            held = null;
        }
    }

    private void hold(Object messageOrEvent) {
        if (held == null) {
            held = new ArrayDeque<>(4);
        }
        held.add(messageOrEvent);
    }

    private static void replay(ChannelHandlerContext ctx, Queue<Object> early) {
        boolean read = false;
        for (Object next = early.poll(); next != null; next = early.poll()) {
            if (next instanceof Message) {
                ctx.fireChannelRead(((Message) next).content()); // ownership passes on
                read = true;
            } else {
                ctx.fireUserEventTriggered(next);
            }
        }
        if (read) {
            ctx.fireChannelReadComplete();
        }
    }

    private static void release(Object messageOrEvent) {
        if (messageOrEvent instanceof Message) {
            ReferenceCountUtil.release(((Message) messageOrEvent).content());
        }
    }

    private record Message(Object content) {}
}
