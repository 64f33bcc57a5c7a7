package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.link.Datagrams;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

/**
 * What goes out on a lane: frames, many to a write. Never waits: what finds no room is dropped.
 *
 * <p>Datagrams are copied into the write. They are small, and then they cost neither an object nor a vector each, and do
 * not keep the block alive that the kernel read them into.
 *
 * <p>When less than half of the room is left it is shared: a flow that sends too much then loses its own datagrams, and
 * not those of the others. Belongs to the loop of the lane's owner, which need not be the stream's.
 */
final class LaneOutput {

    static final DataSize DEFAULT_LIMIT = DataSize.ofKibibytes(1024);

    /** Two datagrams of the longest kind. */
    private static final DataSize LEAST_LIMIT = DataSize.ofKibibytes(128);

    private static final DataSize MOST_LIMIT = DataSize.ofKibibytes(64 * 1024);

    private static final int WRITE_BYTES = 64 * 1024;
    private static final int LEAST_BATCH = 512;
    private static final int FEWEST_SHARES = 8;

    private final DuplexChannel stream;
    private final int limit;
    private final @Nullable Datagrams beside;
    private @Nullable ByteBuf batch;
    private int lastBatch = LEAST_BATCH;
    private boolean dirty;
    private boolean scarce;
    private long round;
    private int shares;

    LaneOutput(DuplexChannel stream, int limit, @Nullable Datagrams beside) {
        this.stream = stream;
        this.limit = limit;
        this.beside = beside;
        stream.config().setWriteBufferWaterMark(new WriteBufferWaterMark(limit / 2, limit));
    }

    static DataSize requireRoom(DataSize limit) {
        if (limit.compareTo(LEAST_LIMIT) < 0 || limit.compareTo(MOST_LIMIT) > 0) {
            throw new IllegalArgumentException(
                    "max_queued: " + limit + " (expected: " + LEAST_LIMIT + " to " + MOST_LIMIT + ")");
        }
        return limit;
    }

    /** Sends a datagram, whose owner the caller stays; false if there was no room. */
    boolean datagram(int flow, Share share, ByteBuf payload) {
        int bytes = payload.readableBytes();
        // The first one goes behind the opening of its flow, which must not be overtaken.
        if (beside != null && share.begun && bytes <= beside.maxPayload()) {
            beside.send(flow, payload.retain());
            return true;
        }
        if (!admits(share, Frame.HEADER + bytes)) {
            return false;
        }
        share.begun = true;
        ByteBuf out = room(Frame.HEADER + bytes);
        Frame.writeHeader(out, Frame.DATAGRAM, flow, bytes);
        out.writeBytes(payload, payload.readerIndex(), bytes);
        return true;
    }

    /**
     * Whether another flow may begin. The last quarter of the room is for those that have: beginning and ending many, as a
     * flood of forged addresses does, takes none of it.
     */
    boolean hasRoomForFlow() {
        return stream.bytesBeforeUnwritable() - pending() >= limit / 4;
    }

    /** Says that a flow begins; asked for {@link #hasRoomForFlow} before. */
    void open(int flow, StreamOrigin origin) {
        Frame.writeOpen(room(64), flow, origin);
    }

    /** Says that a flow has ended; there is always room for that, once for each flow that could begin. */
    void close(int flow, @Nullable CulvertException cause) {
        Frame.writeClose(room(64), flow, cause);
    }

    /** Sends what has come together. */
    void flush() {
        write();
        if (dirty) {
            dirty = false;
            stream.flush();
        }
    }

    /** Whether there is something to flush. */
    boolean isDirty() {
        return dirty || batch != null;
    }

    /** Drops what has come together. */
    void discard() {
        if (batch != null) {
            batch.release();
            batch = null;
        }
    }

    private int pending() {
        return batch == null ? 0 : batch.readableBytes();
    }

    private boolean admits(Share share, int bytes) {
        long room = stream.bytesBeforeUnwritable() - pending() - bytes;
        if (room < 0) {
            return false;
        }
        if (room >= limit / 2) {
            scarce = false;
            return true;
        }
        if (!scarce) {
            scarce = true;
            round++;
            shares = 0;
        }
        if (share.enters(round)) {
            shares++;
        }
        return share.take(bytes, limit / 2 / Math.max(shares, FEWEST_SHARES));
    }

    private ByteBuf room(int bytes) {
        ByteBuf current = batch;
        if (current == null) {
            current = stream.alloc().directBuffer(Math.max(lastBatch, bytes));
            batch = current;
        } else if (current.readableBytes() + bytes > WRITE_BYTES) {
            write();
            return room(bytes);
        }
        return current;
    }

    private void write() {
        ByteBuf full = batch;
        if (full != null) {
            batch = null;
            lastBatch = Math.max(LEAST_BATCH, Math.min(WRITE_BYTES, full.readableBytes()));
            dirty = true;
            stream.write(full, stream.voidPromise()); // ownership passes
        }
    }
}
