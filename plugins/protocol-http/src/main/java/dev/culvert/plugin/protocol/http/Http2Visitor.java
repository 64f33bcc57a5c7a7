package dev.culvert.plugin.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A visitor's stream of HTTP/2: one request and its answer. */
final class Http2Visitor extends VisitorEnd {

    Http2Visitor(ChannelHandlerContext ctx, Reading reading, Deadline deadline) {
        super(ctx, reading, deadline);
    }

    @Override
    void begins(boolean oldVersion, boolean keepAlive) {
        // the only request
    }

    @Override
    boolean takesInterim() {
        return true;
    }

    @Override
    boolean isMidHead() {
        return false;
    }

    @Override
    void headBegins(Duration time) {
        // heads arrive whole
    }

    @Override
    boolean canUpgrade() {
        return false;
    }

    @Override
    boolean isMultiplexed() {
        return true;
    }

    @Override
    boolean marksEnds() {
        return true;
    }

    @Override
    void answersToHead(boolean head) {
        // an answer to HEAD ends as any other
    }

    @Override
    boolean isLast() {
        return false;
    }

    @Override
    void endAfterThis() {
        // the others on the connection go on
    }

    @Override
    void answered(boolean wholeRequest) {
        deadline().cancel();
        flush();
        if (!wholeRequest) {
            // The answer counts; what is left of the request is not needed, RFC 9113, section 8.1.
            context().writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        }
    }

    @Override
    void abort() {
        deadline().cancel();
        context().writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
    }

    @Override
    void failed(Throwable cause) {
        deadline().cancel();
        boolean known = cause instanceof Http2Exception || cause instanceof Http2FrameStreamException;
        if (!known) {
            abort(); // else the codec resets it, with the right code
        }
    }

    @Override
    @Nullable
    DuplexChannel unwrap(@Nullable ByteBuf first) {
        ReferenceCountUtil.release(first);
        return null;
    }
}
