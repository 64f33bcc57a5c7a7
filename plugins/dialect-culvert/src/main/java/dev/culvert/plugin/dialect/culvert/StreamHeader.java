package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * What the server writes first on a stream: {@code docs/protocol.md}, section "Stream header". All numbers are
 * big-endian.
 *
 * @param tunnel the id that the client gave the tunnel
 * @param origin on whose behalf
 */
record StreamHeader(int tunnel, StreamOrigin origin) {

    /** Version 1 in the upper half; no flags are defined for the lower one. */
    static final int VERSION_AND_FLAGS = 0x10;

    private static final int NO_ADDRESS = 0;
    private static final int IPV4 = 4;
    private static final int IPV6 = 6;
    private static final int FIXED_BYTES = 5;
    private static final int PORT_BYTES = 2;
    private static final int MOST_BYTES = FIXED_BYTES + 2 * (1 + 16 + PORT_BYTES);

    ByteBuf encode(ByteBufAllocator allocator) {
        ByteBuf out = allocator.ioBuffer(MOST_BYTES);
        out.writeByte(VERSION_AND_FLAGS).writeInt(tunnel);
        encode(out, origin.visitor());
        encode(out, origin.endpoint());
        return out;
    }

    private static void encode(ByteBuf out, @Nullable InetSocketAddress address) {
        InetAddress host = address == null ? null : address.getAddress();
        if (address == null || host == null) {
            out.writeByte(NO_ADDRESS);
            return;
        }
        byte[] bytes = host.getAddress();
        out.writeByte(bytes.length == 4 ? IPV4 : IPV6).writeBytes(bytes).writeShort(address.getPort());
    }

    /**
     * Reads a header.
     *
     * @param in left alone unless the header is complete
     * @return null if more bytes are needed
     */
    static @Nullable StreamHeader decode(ByteBuf in) {
        if (!in.isReadable()) {
            return null;
        }
        int start = in.readerIndex();
        int version = in.getUnsignedByte(start);
        if (version != VERSION_AND_FLAGS) {
            throw malformed("version and flags: " + version + " (expected: " + VERSION_AND_FLAGS + ").");
        }
        int visitor = start + FIXED_BYTES;
        int visitorBytes = addressBytes(in, visitor);
        int endpointBytes = visitorBytes < 0 ? -1 : addressBytes(in, visitor + visitorBytes);
        if (endpointBytes < 0) {
            return null;
        }
        in.skipBytes(1);
        int tunnel = in.readInt();
        return new StreamHeader(tunnel, new StreamOrigin(decodeAddress(in), decodeAddress(in)));
    }

    /** How long an address is, its family included; -1 if it is not complete. */
    private static int addressBytes(ByteBuf in, int index) {
        if (in.writerIndex() <= index) {
            return -1;
        }
        int family = in.getUnsignedByte(index);
        int bytes = switch (family) {
            case NO_ADDRESS -> 1;
            case IPV4 -> 1 + 4 + PORT_BYTES;
            case IPV6 -> 1 + 16 + PORT_BYTES;
            default -> throw malformed("address family: " + family + " (expected: 0, 4 or 6).");
        };
        return in.writerIndex() - index < bytes ? -1 : bytes;
    }

    private static @Nullable InetSocketAddress decodeAddress(ByteBuf in) {
        int family = in.readUnsignedByte();
        if (family == NO_ADDRESS) {
            return null;
        }
        byte[] address = new byte[family == IPV4 ? 4 : 16];
        in.readBytes(address);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), in.readUnsignedShort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are always an address", e);
        }
    }

    private static CulvertException malformed(String detail) {
        return new CulvertException(WireError.PROTOCOL_VIOLATION, "a stream's header is malformed: " + detail);
    }
}
