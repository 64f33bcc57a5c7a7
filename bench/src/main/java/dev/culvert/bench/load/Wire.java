package dev.culvert.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * What visitor and service say to each other.
 *
 * <p>A connection's first byte says what it is for, so that one port, and with it one tunnel, is enough for all loads.
 */
final class Wire {

    /** Blocks follow; the service answers with their total size, 8 bytes. */
    static final byte UPLOAD = 'U';

    /** Milliseconds follow, 4 bytes; the service answers with blocks for that long. */
    static final byte DOWNLOAD = 'D';

    /** Every further byte comes back. */
    static final byte ECHO = 'E';

    /** The next byte comes back, and the service closes first: the visitor's port is free again at once. */
    static final byte ONCE = 'P';

    /** The first byte of {@code GET}. */
    static final byte HTTP = 'G';

    static final byte[] REQUEST =
            "GET /hello HTTP/1.1\r\nHost: bench.example\r\nAccept: */*\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** How every answer begins. */
    static final byte[] STATUS = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);

    /** How it ends, and nowhere else does this stand in it. */
    static final byte[] BODY = "Hello, world!\n".getBytes(StandardCharsets.US_ASCII);

    static final byte[] RESPONSE =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n\r\nHello, world!\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private Wire() {}

    static SocketChannel connect(InetSocketAddress target) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(target);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static void writeFully(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Fills the buffer and flips it. */
    static void readFully(SocketChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException(
                        "connection ended " + into.remaining() + " bytes early, after " + into.position());
            }
        }
        into.flip();
    }

    /** Discards what still comes until the peer ends, so that closing does not reset the connection. */
    static void awaitEnd(SocketChannel channel) throws IOException {
        ByteBuffer rest = ByteBuffer.allocateDirect(16);
        if (channel.read(rest) >= 0) {
            throw new IOException("unexpected bytes after the end");
        }
    }

    /** Sends one byte on an {@link #ECHO} connection and waits for it to come back. */
    static void pingPong(SocketChannel channel, ByteBuffer one, byte value) throws IOException {
        one.clear().limit(1);
        one.put(0, value);
        writeFully(channel, one);
        one.clear().limit(1);
        readFully(channel, one);
        if (one.get(0) != value) {
            throw new IOException("echo: " + one.get(0) + " (expected: " + value + ")");
        }
    }
}
