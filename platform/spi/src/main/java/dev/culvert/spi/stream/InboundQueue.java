package dev.culvert.spi.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived on a stream that does not read.
 *
 * <p>A part of a receive buffer keeps all of it alive, so a few bytes on each of many stalled streams could pin many
 * times what the windows allow. Parts that are small beside their buffer are therefore copied together; large ones,
 * the usual case of a fast transfer, are kept as they are.
 */
final class InboundQueue {

    private static final int KEPT_SHARE = 4;
    private static final int COPY_CAPACITY = 16 * 1024;

    private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>(4);

    // The last of the buffers, if it was made here and may take more.
    private @Nullable ByteBuf open;

    /** Takes ownership. */
    void add(ByteBuf data, ByteBufAllocator allocator) {
        int length = data.readableBytes();
        if (length >= capacity(data) / KEPT_SHARE) {
            buffers.add(data);
            open = null;
            return;
        }
        try {
            ByteBuf last = open;
            if (last == null || last.maxWritableBytes() < length) {
                last = allocator.buffer(length, Math.max(length, COPY_CAPACITY));
                buffers.add(last);
                open = last;
            }
            last.writeBytes(data);
        } finally {
            data.release();
        }
    }

    /** Passes ownership. */
    @Nullable
    ByteBuf poll() {
        ByteBuf first = buffers.poll();
        if (buffers.isEmpty()) {
            open = null;
        }
        return first;
    }

    boolean isEmpty() {
        return buffers.isEmpty();
    }

    /** Releases everything. */
    int clear() {
        int bytes = 0;
        for (ByteBuf buffer = poll(); buffer != null; buffer = poll()) {
            bytes += buffer.readableBytes();
            buffer.release();
        }
        return bytes;
    }

    private static int capacity(ByteBuf data) {
        ByteBuf root = data;
        for (ByteBuf outer = root.unwrap(); outer != null; outer = root.unwrap()) {
            root = outer;
        }
        return root.capacity();
    }
}
