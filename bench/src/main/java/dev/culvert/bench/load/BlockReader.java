package dev.culvert.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Reads what a {@link BlockWriter} wrote and refuses lost, doubled or reordered blocks.
 *
 * <p>One thread reads; any thread may call {@link #bytes()}.
 */
final class BlockReader {

    private static final int BLOCK = BlockWriter.BLOCK;

    private long expected;
    private long header;
    private int offset;
    private boolean last;
    private volatile long bytes;

    /** Reads until the last block is complete; nothing may follow it. */
    void readAll(SocketChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4 * BLOCK);
        while (!complete()) {
            if (channel.read(buffer.clear()) < 0) {
                throw new EOFException("bulk data ended early, after " + bytes + " bytes");
            }
            accept(buffer.flip());
        }
    }

    boolean complete() {
        return last && offset == 0;
    }

    void accept(ByteBuffer in) throws IOException {
        int size = in.remaining();
        while (in.hasRemaining()) {
            if (complete()) {
                throw new IOException(in.remaining() + " bytes after the last block");
            }
            if (offset < Long.BYTES) {
                readHeader(in);
            } else {
                int skipped = Math.min(in.remaining(), BLOCK - offset);
                in.position(in.position() + skipped);
                offset = (offset + skipped) % BLOCK;
            }
        }
        bytes = bytes + size; // no other thread writes it
    }

    private void readHeader(ByteBuffer in) throws IOException {
        header = header << Byte.SIZE | (in.get() & 0xff);
        offset++;
        if (offset == Long.BYTES) {
            last = header == ~expected;
            if (!last && header != expected) {
                throw new IOException("block: " + header + " (expected: " + expected + ")");
            }
            expected++;
        }
    }

    long bytes() {
        return bytes;
    }
}
