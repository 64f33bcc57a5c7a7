package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the client writes first on a stream: {@code docs/protocol.md}, section "Dial result".
 *
 * @param failure why the service is not to be had; null if it is
 */
record DialResult(@Nullable CulvertException failure) {

    static final DialResult CONNECTED = new DialResult(null);

    private static final int SUCCESS = 0;
    private static final int FAILURE = 1;
    private static final int FIXED_BYTES = 5;

    ByteBuf encode(ByteBufAllocator allocator) {
        if (failure == null) {
            return allocator.ioBuffer(1).writeByte(SUCCESS);
        }
        ErrorCode code = failure.code();
        boolean numbered = code.prefix().equals("CLV");
        // The wire has no place for another author's letters, but people have an eye for them.
        String detail = numbered ? failure.detail() : code.code() + ": " + failure.detail();
        byte[] text = cut(detail.getBytes(StandardCharsets.UTF_8));
        return allocator
                .ioBuffer(FIXED_BYTES + text.length)
                .writeByte(FAILURE)
                .writeShort(numbered ? code.number() : ServiceError.FAILED.number())
                .writeShort(text.length)
                .writeBytes(text);
    }

    /** Not in the middle of a character. */
    private static byte[] cut(byte[] text) {
        int end = Math.min(text.length, Limits.DIAL_DETAIL);
        while (end < text.length && end > 0 && (text[end] & 0xC0) == 0x80) {
            end--;
        }
        return end == text.length ? text : Arrays.copyOf(text, end);
    }

    /**
     * Reads a result.
     *
     * @param in left alone unless the result is complete
     * @return null if more bytes are needed
     */
    static @Nullable DialResult decode(ByteBuf in) {
        if (!in.isReadable()) {
            return null;
        }
        int start = in.readerIndex();
        int result = in.getUnsignedByte(start);
        if (result == SUCCESS) {
            in.skipBytes(1);
            return CONNECTED;
        }
        if (result != FAILURE) {
            throw malformed("result: " + result + " (expected: 0 or 1).");
        }
        if (in.readableBytes() < FIXED_BYTES) {
            return null;
        }
        int number = in.getUnsignedShort(start + 1);
        int length = in.getUnsignedShort(start + 3);
        if (length > Limits.DIAL_DETAIL) {
            throw malformed("detail: " + length + " bytes (expected: at most " + Limits.DIAL_DETAIL + ").");
        }
        if (in.readableBytes() < FIXED_BYTES + length) {
            return null;
        }
        in.skipBytes(FIXED_BYTES);
        String detail = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
        return new DialResult(new CulvertException(Codes.ofNumber(number), Text.printable(detail, Limits.TEXT)));
    }

    private static CulvertException malformed(String detail) {
        return new CulvertException(WireError.PROTOCOL_VIOLATION, "the result of a dial is malformed: " + detail);
    }
}
