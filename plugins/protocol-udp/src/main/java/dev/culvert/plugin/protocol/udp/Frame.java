package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What travels on the stream of a udp tunnel: {@code docs/protocol.md}, section "Datagrams". A frame is type, flow,
 * length, body; all numbers are big-endian.
 */
final class Frame {

    static final int HEADER = 1 + 4 + 2;

    /** The longest datagram of UDP over IPv4. */
    static final int MOST_PAYLOAD = 65_507;

    static final byte DATAGRAM = 0;
    static final byte OPEN = 1;
    static final byte CLOSE = 2;

    private static final int MOST_DETAIL = 1024;
    private static final int NO_ADDRESS = 0;
    private static final int IPV4 = 4;
    private static final int IPV6 = 6;

    private Frame() {}

    static void writeHeader(ByteBuf out, byte type, int flow, int length) {
        out.writeByte(type).writeInt(flow).writeShort(length);
    }

    static void writeOpen(ByteBuf out, int flow, StreamOrigin origin) {
        int start = out.writerIndex();
        writeHeader(out, OPEN, flow, 0);
        writeAddress(out, origin.visitor());
        writeAddress(out, origin.endpoint());
        out.setShort(start + HEADER - 2, out.writerIndex() - start - HEADER);
    }

    static void writeClose(ByteBuf out, int flow, @Nullable CulvertException cause) {
        int start = out.writerIndex();
        writeHeader(out, CLOSE, flow, 0);
        if (cause != null) {
            out.writeShort(cause.code().number());
            String detail = cause.detail();
            // Four bytes are the most that a character takes.
            int end =
                    detail.offsetByCodePoints(0, Math.min(detail.codePointCount(0, detail.length()), MOST_DETAIL / 4));
            out.writeCharSequence(detail.substring(0, end), java.nio.charset.StandardCharsets.UTF_8);
        }
        out.setShort(start + HEADER - 2, out.writerIndex() - start - HEADER);
    }

    /** Throws unless a frame may be like this. */
    static void check(int type, int length) {
        int most = switch (type) {
            case DATAGRAM -> MOST_PAYLOAD;
            case OPEN -> 2 * (1 + 16 + 2);
            case CLOSE -> 2 + MOST_DETAIL;
            default -> throw malformed("type " + type + " (expected: 0, 1 or 2).");
        };
        if (length > most) {
            throw malformed("type " + type + " with " + length + " bytes (expected: at most " + most + ").");
        }
    }

    static StreamOrigin readOpen(ByteBuf body) {
        try {
            StreamOrigin origin = new StreamOrigin(readAddress(body), readAddress(body));
            if (body.isReadable()) {
                throw malformed(body.readableBytes() + " bytes after the addresses.");
            }
            return origin;
        } catch (IndexOutOfBoundsException e) {
            throw malformed("an address that is cut off.");
        }
    }

    static @Nullable CulvertException readClose(ByteBuf body) {
        if (!body.isReadable()) {
            return null;
        }
        if (body.readableBytes() < 2) {
            throw malformed("a code that is cut off.");
        }
        int number = body.readUnsignedShort();
        String detail = printable(body.toString(java.nio.charset.StandardCharsets.UTF_8));
        return new CulvertException(code(number), detail);
    }

    static CulvertException malformed(String detail) {
        return new CulvertException(WireError.PROTOCOL_VIOLATION, "a frame of a udp tunnel is malformed: " + detail);
    }

    private static void writeAddress(ByteBuf out, @Nullable InetSocketAddress address) {
        InetAddress host = address == null ? null : address.getAddress();
        if (address == null || host == null) {
            out.writeByte(NO_ADDRESS);
            return;
        }
        byte[] bytes = host.getAddress();
        out.writeByte(bytes.length == 4 ? IPV4 : IPV6).writeBytes(bytes).writeShort(address.getPort());
    }

    private static @Nullable InetSocketAddress readAddress(ByteBuf in) {
        int family = in.readUnsignedByte();
        if (family == NO_ADDRESS) {
            return null;
        }
        if (family != IPV4 && family != IPV6) {
            throw malformed("address family " + family + " (expected: 0, 4 or 6).");
        }
        byte[] address = new byte[family == IPV4 ? 4 : 16];
        in.readBytes(address);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), in.readUnsignedShort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are always an address", e);
        }
    }

    // What this end does not know happened beyond the tunnel all the same.
    private static ErrorCode code(int number) {
        return Stream.<ErrorCode>concat(Stream.of(ServiceError.values()), Stream.of(TunnelError.values()))
                .filter(known -> known.number() == number)
                .findFirst()
                .orElse(ServiceError.FAILED);
    }

    private static String printable(String text) {
        return text.codePoints()
                .map(point -> Character.isISOControl(point) ? '?' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
