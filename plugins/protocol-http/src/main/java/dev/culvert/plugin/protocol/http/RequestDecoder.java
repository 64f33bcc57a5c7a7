package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.HttpError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Netty's decoder behind {@link RequestHead}, one request at a time: what a visitor sends ahead stays undecoded until
 * {@link #next}, so that requests are answered in their order and cost nothing before their turn. After a
 * {@link Fault} everything is dropped.
 */
final class RequestDecoder extends HttpRequestDecoder {

    private final RequestHead head;
    private final Reading reading;
    private @Nullable ChannelHandlerContext context;
    private boolean inBody;
    private boolean waiting;
    private boolean dead;
    private boolean decoding;

    RequestDecoder(Limits limits, Reading reading) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength((int) limits.maxHead().bytes())
                .setMaxHeaderSize((int) limits.maxHead().bytes())
                .setMaxChunkSize(Integer.MAX_VALUE));
        this.head = new RequestHead(limits);
        this.reading = reading;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** The request that was decoded last has been answered. */
    void next() {
        waiting = false;
        reading.resume(Reading.Reason.AHEAD);
        // While messages are handed on from here, the loop that does so goes on by itself.
        if (context != null && !decoding) {
            readAgain(context);
        }
    }

    /** Whether a part of a head has come. */
    boolean midHead() {
        return !inBody && !waiting && head.begun();
    }

    /** What still comes is dropped. */
    void drop() {
        dead = true;
        waiting = false;
        reading.resume(Reading.Reason.AHEAD);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (dead) {
            in.skipBytes(in.readableBytes());
        } else if (waiting) {
            reading.pause(Reading.Reason.AHEAD);
        } else if (inBody) {
            parse(ctx, in, out);
        } else if (head.look(in)) {
            HttpError fault = head.fault();
            if (fault == null) {
                head.reset();
                inBody = true;
                parse(ctx, in, out);
            } else {
                dead = true;
                in.skipBytes(in.readableBytes());
                out.add(new Fault(fault));
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object input) throws Exception {
        decoding = true;
        try {
            super.channelRead(ctx, input);
        } finally {
            decoding = false;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (waiting) {
            // Netty's own would ask for more bytes, since these made no message.
            ctx.fireChannelReadComplete();
        } else {
            super.channelReadComplete(ctx);
        }
    }

    private void parse(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        super.decode(ctx, in, out);
        if (!out.isEmpty() && out.get(out.size() - 1) instanceof LastHttpContent last) {
            HopByHop.stripTrailers(last.trailingHeaders());
            inBody = false;
            waiting = true;
        }
    }

    private void readAgain(ChannelHandlerContext ctx) {
        try {
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
            channelReadComplete(ctx);
        } catch (Exception e) {
            ctx.fireExceptionCaught(e);
        }
    }
}
