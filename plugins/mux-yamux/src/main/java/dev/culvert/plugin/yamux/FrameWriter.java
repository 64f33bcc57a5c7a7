package dev.culvert.plugin.yamux;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames on the connection: control frames first, then one frame of data from each stream in turn for as long as
 * the connection takes them. What it does not take stays with the streams, which wait in a queue.
 *
 * <p>Headers are written one after the other into a shared buffer and go out as one piece, up to the payload that the
 * last of them announces; payload is never copied.
 */
final class FrameWriter {

    /** The longest payload of a frame; keeps the turns of other streams short. */
    static final int MAX_PAYLOAD = 64 * 1024;

    /** How many answers may wait for a peer that makes us answer but does not read. */
    static final int MAX_REPLIES = 256;

    // A transport may hold back what it was given until it is flushed, so the connection's own count is not enough.
    private static final int FLUSH_AFTER = 256 * 1024;

    private static final int HEADERS_CAPACITY = 2048;

    private final ChannelHandlerContext ctx;
    private final Channel connection;
    private final Runnable flushTask = this::flushLater;
    private final Consumer<ByteBuf> sink = this::write;
    private final ArrayDeque<YamuxStream> ready = new ArrayDeque<>();

    private @Nullable ByteBuf headers;
    private int replies;
    private int unflushed;
    private boolean inTurn;
    private boolean flushScheduled;
    private boolean draining;
    private boolean closed;

    FrameWriter(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        this.connection = ctx.channel();
    }

    /** Writes a frame without payload, ahead of all data that has not been handed to the connection yet. */
    void control(int type, int flags, int streamId, int length) {
        if (!closed) {
            YamuxHeader.write(headers(), type, flags, streamId, length);
            scheduleFlush();
        }
    }

    /** Writes a control frame that the peer can make us write as often as it likes. */
    void reply(int type, int flags, int streamId, int length) {
        if (!connection.isWritable() && ++replies > MAX_REPLIES) {
            throw new CulvertException(
                    WireError.PROTOCOL_VIOLATION,
                    "yamux: more than " + MAX_REPLIES + " answers wait for a peer that does not read them.");
        }
        control(type, flags, streamId, length);
    }

    /** A stream has bytes and credit. */
    void ready(YamuxStream stream) {
        if (!stream.isQueued() && !closed) {
            stream.setQueued(true);
            ready.add(stream);
            drain();
        }
    }

    /** The connection takes bytes again. */
    void resume() {
        if (connection.isWritable() && (headers != null || !ready.isEmpty())) {
            drain();
            flush();
        }
    }

    /** From here to {@link #endTurn()} nothing is flushed: more is likely to follow. */
    void beginTurn() {
        inTurn = true;
    }

    /** Flushes what the turn has brought. */
    void endTurn() {
        inTurn = false;
        flush();
    }

    /** Writes out what was queued, however busy the connection is, and takes no more. */
    void close() {
        if (!closed) {
            closed = true;
            ready.clear();
            emitLastHeaders();
            ctx.flush();
        }
    }

    /** Takes no more, and drops what was queued: the connection is gone. */
    void abandon() {
        closed = true;
        ready.clear();
        ByteBuf unwritten = headers;
        if (unwritten != null) {
            headers = null;
            unwritten.release();
        }
    }

    private void drain() {
        if (draining) {
            return; // a listener on a write below made another stream ready: the loop finds it
        }
        draining = true;
        try {
            while (!ready.isEmpty() && hasRoom()) {
                YamuxStream stream = ready.remove();
                stream.setQueued(false);
                if (writeFrame(stream) && !stream.isQueued()) {
                    stream.setQueued(true);
                    ready.add(stream);
                }
            }
        } finally {
            draining = false;
        }
        scheduleFlush();
    }

    /** Whether the connection takes more, if need be after a flush. */
    private boolean hasRoom() {
        if (!connection.isWritable() || unflushed > FLUSH_AFTER) {
            unflushed = 0;
            ctx.flush();
        }
        return connection.isWritable() && !closed;
    }

    private boolean writeFrame(YamuxStream stream) {
        int length = stream.sendable(MAX_PAYLOAD);
        if (length > 0) {
            YamuxHeader.write(headers(), YamuxHeader.TYPE_DATA, 0, stream.streamId(), length);
            emitHeaders();
            stream.send(length, sink);
            unflushed += length;
        }
        return stream.sendable(1) > 0;
    }

    private ByteBuf headers() {
        ByteBuf buffer = headers;
        if (buffer == null) {
            buffer = ctx.alloc().directBuffer(HEADERS_CAPACITY);
            headers = buffer;
        } else if (buffer.writableBytes() < YamuxHeader.BYTES && buffer.readerIndex() > 0) {
            // It must not grow: the connection still writes from its first part.
            ByteBuf next = ctx.alloc().directBuffer(HEADERS_CAPACITY).writeBytes(buffer);
            buffer.release();
            buffer = next;
            headers = next;
        }
        return buffer;
    }

    /** Hands over the headers so far, and keeps the rest of their buffer. */
    private void emitHeaders() {
        ByteBuf buffer = headers;
        if (buffer != null && buffer.isReadable()) {
            replies = 0;
            write(buffer.readRetainedSlice(buffer.readableBytes()));
        }
    }

    /** Hands over the headers so far, with their buffer: an idle connection holds none. */
    private void emitLastHeaders() {
        ByteBuf buffer = headers;
        if (buffer != null) {
            headers = null;
            replies = 0;
            write(buffer); // which releases it, also if there is nothing to read in it
        }
    }

    private void write(ByteBuf data) {
        ctx.write(data, connection.voidPromise());
    }

    private void scheduleFlush() {
        if (inTurn || flushScheduled || closed) {
            return;
        }
        flushScheduled = true;
        // Once for all that this turn of the event loop brings, from whichever socket and task: a new stream and its
        // first bytes go out together.
        if (connection.eventLoop() instanceof SingleThreadEventLoop loop) {
            loop.executeAfterEventLoopIteration(flushTask);
        } else {
            connection.eventLoop().execute(flushTask);
        }
    }

    private void flushLater() {
        flushScheduled = false;
        flush();
    }

    private void flush() {
        if (connection.isWritable()) {
            emitLastHeaders();
        }
        unflushed = 0;
        ctx.flush();
    }
}
