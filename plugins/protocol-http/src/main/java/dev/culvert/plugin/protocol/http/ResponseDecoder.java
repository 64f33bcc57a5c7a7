package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.stream.StreamResetException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/** Netty's decoder, which takes the loss of a stream for the end of an answer that has no other; here it is an error. */
final class ResponseDecoder extends HttpResponseDecoder {

    private static final int MOST_BYTES = 64 * 1024;

    private volatile boolean head;
    private volatile boolean expecting;
    private volatile boolean leftOver;
    private boolean inFinal;
    private boolean inputEnded;

    ResponseDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MOST_BYTES)
                .setMaxHeaderSize(MOST_BYTES)
                .setMaxChunkSize(Integer.MAX_VALUE)
                .setStrictLineParsing(false));
    }

    /**
     * A request goes out.
     *
     * @param toHead whether it is HEAD: then nothing follows the heads of its answers
     */
    void expect(boolean toHead) {
        head = toHead;
        expecting = true;
    }

    /** Whether the service has sent more than it was asked for: nobody knows what comes next from it. */
    boolean hasLeftOver() {
        return leftOver;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!expecting) {
            leftOver = true;
            in.skipBytes(in.readableBytes());
            ctx.close();
            return;
        }
        int before = out.size();
        super.decode(ctx, in, out);
        for (int i = before; i < out.size(); i++) {
            Object message = out.get(i);
            if (message instanceof HttpResponse answer) {
                inFinal = answer.status().code() >= 200;
            }
            if (message instanceof LastHttpContent && inFinal) {
                inFinal = false;
                expecting = false;
                leftOver = in.isReadable();
            }
        }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return head || super.isContentAlwaysEmpty(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        inputEnded |= event instanceof ChannelInputShutdownEvent;
        super.userEventTriggered(ctx, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (!inputEnded) {
            ctx.fireExceptionCaught(new StreamResetException("the stream was lost"));
        }
        super.channelInactive(ctx);
    }
}
