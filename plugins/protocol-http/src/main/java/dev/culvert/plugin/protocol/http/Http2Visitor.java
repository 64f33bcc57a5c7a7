package dev.culvert.plugin.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
            dropTheRest();
        }
    }

    // What is left of the request is not needed, and a reset without an error says so (RFC 9113, section 8.1). Some
    // visitors
    // (the client of Java 17) take it for the loss of the answer, so that it is read and dropped for a moment first.
    private void dropTheRest() {
        Channel stream = channel();
        stream.config().setAutoRead(true);
        Future<?> reset = stream.eventLoop()
                .schedule(
                        () -> context().writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR)),
                        Farewell.SECONDS,
                        TimeUnit.SECONDS);
        stream.closeFuture().addListener(closed -> reset.cancel(false));
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
