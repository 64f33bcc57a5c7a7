package dev.culvert.plugin.filter.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * One stream of compressed bytes: gzip (RFC 1952) or deflate (RFC 1950). What is put in comes out with the same call, so
 * that a service that sends a little at a time is seen a little at a time. Holds memory outside the heap until it is
 * closed.
 */
final class Compressor implements AutoCloseable {

    private static final int PIECE = 8 * 1024;

    // ID1, ID2, deflate, no flags, no time, no hint, unknown system.
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final boolean gzip;
    private final Deflater deflater;
    private final CRC32 checksum = new CRC32();
    private boolean begun;
    private boolean ended;

    Compressor(Coding coding, int level) {
        gzip = coding == Coding.GZIP;
        deflater = new Deflater(level, gzip);
    }

    /**
     * Compresses some bytes.
     *
     * @param in not released here
     * @param last whether they are the last
     * @return a new buffer
     */
    ByteBuf compress(ByteBuf in, boolean last) {
        ByteBuf out = ByteBufAllocator.DEFAULT.heapBuffer(PIECE);
        if (gzip && !begun) {
            out.writeBytes(HEADER);
        }
        begun = true;
        for (ByteBuffer bytes : in.nioBuffers()) {
            checksum.update(bytes.duplicate());
            deflater.setInput(bytes);
            drain(out, Deflater.NO_FLUSH);
        }
        if (last) {
            deflater.finish();
            drain(out, Deflater.NO_FLUSH);
            if (gzip) {
                out.writeIntLE((int) checksum.getValue());
                out.writeIntLE((int) deflater.getBytesRead());
            }
        } else {
            drain(out, Deflater.SYNC_FLUSH);
        }
        return out;
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            deflater.end();
        }
    }

    private void drain(ByteBuf out, int flush) {
        int written;
        do {
            out.ensureWritable(PIECE);
            written = deflater.deflate(out.array(), out.arrayOffset() + out.writerIndex(), out.writableBytes(), flush);
            out.writerIndex(out.writerIndex() + written);
        } while (written > 0 && !deflater.finished());
    }
}
