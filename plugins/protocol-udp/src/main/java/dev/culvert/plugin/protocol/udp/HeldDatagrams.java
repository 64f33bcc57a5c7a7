package dev.culvert.plugin.protocol.udp;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for streams that are being opened: so much for all flows of an endpoint together, of which each may have a
 * part. Belongs to the endpoint's loop.
 */
final class HeldDatagrams {

    private static final int MOST = 1024;
    private static final int MOST_BYTES = 256 * 1024;

    private static final int MOST_OF_ONE = MOST / 4;
    private static final int MOST_BYTES_OF_ONE = MOST_BYTES / 4;

    private int count;
    private int bytes;

    /** Keeps a copy of a datagram; false if there is no room. The first of a flow may be as long as any. */
    boolean keep(Flow flow, ByteBuf payload) {
        int length = payload.readableBytes();
        Waiting waiting = flow.waiting;
        if (count >= MOST || bytes + length > MOST_BYTES || (waiting != null && !waiting.hasRoom(length))) {
            return false;
        }
        if (waiting == null) {
            waiting = new Waiting();
            flow.waiting = waiting;
        }
        count++;
        bytes += length;
        waiting.bytes += length;
        waiting.payloads.add(payload.copy());
        return true;
    }

    /** The first of those that are kept for a flow, now the caller's; null if none is left. */
    @Nullable
    ByteBuf next(Flow flow) {
        Waiting waiting = flow.waiting;
        ByteBuf payload = waiting == null ? null : waiting.payloads.poll();
        if (waiting == null || payload == null) {
            flow.waiting = null;
            return null;
        }
        count--;
        bytes -= payload.readableBytes();
        waiting.bytes -= payload.readableBytes();
        return payload;
    }

    /** What is kept for a flow has no way to go; how many those were. */
    int drop(Flow flow) {
        int dropped = 0;
        for (ByteBuf payload = next(flow); payload != null; payload = next(flow)) {
            payload.release();
            dropped++;
        }
        return dropped;
    }

    /** What is kept for one flow. */
    static final class Waiting {

        private final Queue<ByteBuf> payloads = new ArrayDeque<>(2);
        private int bytes;

        private Waiting() {}

        private boolean hasRoom(int length) {
            return payloads.size() < MOST_OF_ONE && (payloads.isEmpty() || bytes + length <= MOST_BYTES_OF_ONE);
        }
    }
}
