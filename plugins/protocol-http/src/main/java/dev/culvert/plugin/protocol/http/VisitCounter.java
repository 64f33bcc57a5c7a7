package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.Visit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Counts the bytes of a stream that no bridge carries; the server is who limits them. */
final class VisitCounter extends ChannelDuplexHandler {

    private final Visit visit;
    private boolean ended;

    VisitCounter(Visit visit) {
        this.visit = visit;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!ended && message instanceof ByteBuf bytes) {
            visit.in(bytes.readableBytes());
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!ended && message instanceof ByteBuf bytes) {
            visit.out(bytes.readableBytes());
        }
        ctx.write(message, promise);
    }

    /** The stream is gone. */
    void end() {
        ended = true;
        visit.end(null);
    }
}
