package dev.culvert.plugin.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's side of an exchange: a connection of HTTP/1.1, or one stream of HTTP/2. Everything written to it is an
 * {@code HttpObject}. Lives on the loop of its channel.
 */
abstract class VisitorEnd {

    private final ChannelHandlerContext ctx;
    private final Reading reading;
    private final Deadline deadline;
    private int status;
    private long bytesOut;
    private @Nullable Filtering filtering;

    /**
     * Makes one.
     *
     * @param ctx where answers are written
     * @param reading whether the visitor is read
     * @param deadline for whatever is waited for
     */
    VisitorEnd(ChannelHandlerContext ctx, Reading reading, Deadline deadline) {
        this.ctx = ctx;
        this.reading = reading;
        this.deadline = deadline;
    }

    final Channel channel() {
        return ctx.channel();
    }

    /** Whether it has ended its side: it may still read, or have left. */
    final boolean hasEnded() {
        return ctx.channel() instanceof DuplexChannel duplex && duplex.isInputShutdown();
    }

    final ChannelHandlerContext context() {
        return ctx;
    }

    final Reading reading() {
        return reading;
    }

    final Deadline deadline() {
        return deadline;
    }

    /** Until the next call answers go through these; null for no filters. */
    final void filterBy(@Nullable Filtering filters) {
        filtering = filters;
    }

    /** Writes a part of an answer; takes ownership. */
    final void write(Object message) {
        Filtering filters = filtering;
        Object filtered = filters == null ? message : filters.answer(this, message);
        if (filtered != null) {
            count(filtered);
            ctx.write(filtered);
        }
    }

    /** The status of the answer that was begun last; 0 if none was since {@link #forget}. */
    final int status() {
        return status;
    }

    /** How many bytes of its body were written. */
    final long bytesOut() {
        return bytesOut;
    }

    /** Counts anew. */
    final void forget() {
        status = 0;
        bytesOut = 0;
    }

    private void count(Object message) {
        if (message instanceof HttpResponse answer) {
            status = answer.status().code();
        }
        if (message instanceof HttpContent content) {
            bytesOut += content.content().readableBytes();
        }
    }

    final void flush() {
        ctx.flush();
    }

    /** Whether answers may have interim ones before them. */
    abstract boolean takesInterim();

    /**
     * A request begins.
     *
     * @param oldVersion whether it is of HTTP/1.0
     * @param keepAlive whether the visitor would send more on the same connection
     */
    abstract void begins(boolean oldVersion, boolean keepAlive);

    /** Whether a part of a head has come, and no more. */
    abstract boolean isMidHead();

    /**
     * The first bytes of a head have come, or more of them.
     *
     * @param time how long the whole head may take
     */
    abstract void headBegins(java.time.Duration time);

    /** Whether the connection can be handed over to another protocol. */
    abstract boolean canUpgrade();

    /** Whether other requests are open on the same connection. */
    abstract boolean isMultiplexed();

    /** Something about the connection, or the stream, has failed. */
    abstract void failed(Throwable cause);

    /** Whether the ends of bodies of unknown length can be marked; else the end of the connection is the mark. */
    abstract boolean marksEnds();

    /** The next head is in answer to HEAD: nothing follows it. */
    abstract void answersToHead(boolean head);

    /** Whether the connection ends with the answer that is about to begin, so that it says so. */
    abstract boolean isLast();

    /** The connection ends with the answer that is about to begin. */
    abstract void endAfterThis();

    /**
     * All of an answer has been written.
     *
     * @param wholeRequest whether all of the request was read; if not, nobody can tell where the next one begins
     */
    abstract void answered(boolean wholeRequest);

    /** Ends it so that the visitor cannot take what it has got for the whole. */
    abstract void abort();

    /** Hands the bare connection over after an answer of 101; null if that is not possible here. */
    final @Nullable DuplexChannel unwrap() {
        return unwrap(null);
    }

    /**
     * Hands the bare connection over, as if it began here.
     *
     * @param first what its next owner reads first; owned by it, or released; null if that is what comes next
     * @return null if that is not possible here
     */
    abstract @Nullable DuplexChannel unwrap(@Nullable ByteBuf first);

    /** A status that a connection-wide fault has. */
    static boolean endsConnection(HttpResponseStatus status) {
        return status.code() == 400 || status.code() == 408 || status.code() == 431 || status.code() == 414;
    }
}
