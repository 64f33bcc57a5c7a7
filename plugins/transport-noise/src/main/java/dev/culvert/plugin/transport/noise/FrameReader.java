package dev.culvert.plugin.transport.noise;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Finds the messages in a stream of bytes: each has its length before it, two bytes, big-endian. Holds as much of one as
 * has arrived.
 */
final class FrameReader {

    static final int HEADER_BYTES = 2;
    static final int MAX_BYTES = 65_535;

    private static final int SMALL = 512;

    private byte[] message = new byte[SMALL];
    private int header;
    private int headerBytes;
    private int have;

    /**
     * Takes bytes up to the end of a message.
     *
     * @param in read from; not released
     * @return whether a message is complete: {@link #message()}, of {@link #length()} bytes, until the next call
     */
    boolean next(ByteBuf in) {
        if (headerBytes == HEADER_BYTES && have == header) {
            headerBytes = 0;
            header = 0;
            have = 0;
        }
        while (headerBytes < HEADER_BYTES) {
            if (!in.isReadable()) {
                return false;
            }
            header = header << Byte.SIZE | in.readUnsignedByte();
            headerBytes++;
        }
        int part = Math.min(in.readableBytes(), header - have);
        if (have + part > message.length) {
            // By what has come, not by what is announced: a stranger gets no memory for two bytes.
            message = Arrays.copyOf(message, Math.min(MAX_BYTES, Math.max(have + part, 2 * message.length)));
        }
        in.readBytes(message, have, part);
        have += part;
        return have == header;
    }

    byte[] message() {
        return message;
    }

    /** How long the message is, as far as its header has come. */
    int length() {
        return header;
    }

    /** Whether the header of a message is there. */
    boolean hasHeader() {
        return headerBytes == HEADER_BYTES;
    }
}
