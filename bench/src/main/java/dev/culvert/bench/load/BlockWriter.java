package dev.culvert.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/**
 * Writes bulk data: blocks of one size, each beginning with its sequence number, the last one's complemented.
 *
 * <p>One thread writes; any thread may read {@link #bytes()}.
 */
final class BlockWriter {

    static final int BLOCK = 64 * 1024;

    private static final int BLOCKS_PER_WRITE = 4;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCKS_PER_WRITE * BLOCK);
    private final SocketChannel channel;
    private long sequence;
    private volatile long bytes;

    BlockWriter(SocketChannel channel) {
        this.channel = channel;
        // Zeros would flatter a tunnel that compresses.
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < buffer.capacity(); i += Long.BYTES) {
            buffer.putLong(i, random.nextLong());
        }
    }

    void writeUntil(long deadlineNanos) throws IOException {
        while (System.nanoTime() - deadlineNanos < 0) {
            for (int at = 0; at < buffer.capacity(); at += BLOCK) {
                buffer.putLong(at, sequence++);
            }
            write(buffer.clear());
        }
        buffer.putLong(0, ~sequence++);
        write(buffer.clear().limit(BLOCK));
    }

    private void write(ByteBuffer blocks) throws IOException {
        int size = blocks.remaining();
        Wire.writeFully(channel, blocks);
        bytes = bytes + size; // no other thread writes it
    }

    long bytes() {
        return bytes;
    }
}
