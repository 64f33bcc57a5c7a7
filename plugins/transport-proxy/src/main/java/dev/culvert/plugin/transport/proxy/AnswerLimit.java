package dev.culvert.plugin.transport.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;

/** Ends a conversation with a proxy that takes more bytes than any needs; removed with its success. */
final class AnswerLimit extends ChannelInboundHandlerAdapter {

    static final int MAX_BYTES = 8 * 1024;

    private int bytes;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        bytes += ((ByteBuf) message).readableBytes();
        ctx.fireChannelRead(message);
        // Only if that did not complete it: what the server says may come in the same read.
        if (bytes > MAX_BYTES && !ctx.isRemoved()) {
            ctx.fireExceptionCaught(new TooLongFrameException("more than " + MAX_BYTES + " bytes"));
        }
    }
}
