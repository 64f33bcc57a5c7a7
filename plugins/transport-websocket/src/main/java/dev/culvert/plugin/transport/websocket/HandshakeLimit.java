package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Ends a handshake that takes more bytes than any needs, whatever they are; removed with its success. */
final class HandshakeLimit extends ChannelInboundHandlerAdapter {

    private int bytes;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        bytes += ((ByteBuf) message).readableBytes();
        ctx.fireChannelRead(message);
        // Only if that did not complete it: what follows the handshake may come in the same read.
        if (bytes > Handshake.MAX_BYTES && !ctx.isRemoved()) {
            ctx.fireExceptionCaught(new CulvertException(
                    WireError.FRAME_TOO_LARGE,
                    "websocket: the handshake has more than " + Handshake.MAX_BYTES + " bytes."));
        }
    }
}
