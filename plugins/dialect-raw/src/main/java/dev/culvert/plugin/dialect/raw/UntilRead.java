package dev.culvert.plugin.dialect.raw;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;

/**
 * Stands in for whoever will have a stream, from its first moment until somebody reads it: an abort that comes meanwhile
 * ends it, where Netty would log it as nobody's.
 */
final class UntilRead extends ChannelDuplexHandler {

    @Override
    public void read(ChannelHandlerContext ctx) {
        ctx.pipeline().remove(this);
        ctx.read();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (ctx.pipeline().lastContext() == ctx) {
            RawDialect.reset((DuplexChannel) ctx.channel());
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
