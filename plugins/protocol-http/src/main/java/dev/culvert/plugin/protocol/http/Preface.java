package dev.culvert.plugin.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells by a connection's first bytes whether it speaks HTTP/2 (RFC 9113, section 3.3, prior knowledge) or HTTP/1.1, and
 * steps aside.
 */
final class Preface extends ByteToMessageDecoder {

    private final Speech speech;
    private final Limits limits;
    private final ByteBuf expected = Http2CodecUtil.connectionPrefaceBuf();

    /** Makes a connection speak. Afterwards what has been read so far is handed on. */
    interface Speech {
        void begin(ChannelHandlerContext ctx, boolean http2);
    }

    Preface(Limits limits, Speech speech) {
        this.limits = limits;
        this.speech = speech;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.executor()
                .schedule(
                        () -> {
                            if (!ctx.isRemoved()) {
                                ctx.close(); // it has not even begun
                            }
                        },
                        limits.headTimeout().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int length = Math.min(in.readableBytes(), expected.readableBytes());
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != expected.getByte(expected.readerIndex() + i)) {
                begin(ctx, false);
                return;
            }
        }
        if (length == expected.readableBytes()) {
            begin(ctx, true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
            ctx.close();
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private void begin(ChannelHandlerContext ctx, boolean http2) {
        speech.begin(ctx, http2);
        ctx.pipeline().remove(this);
    }
}
