package dev.culvert.plugin.yamux;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Takes frames out of bytes as they come. Payload is passed on in the parts it arrives in, so that nothing is ever
 * allocated by a length that a peer merely claims.
 */
final class FrameReader {

    /** Takes the frames. */
    interface Frames {

        /**
         * A frame begins.
         *
         * @return how many bytes of payload follow
         * @throws CulvertException if the peer broke the protocol; nothing more is read
         */
        int onHeader(YamuxHeader header);

        /**
         * Some payload of the last header.
         *
         * @param part ownership passes
         * @param last whether the frame ends with it
         */
        void onPayload(ByteBuf part, boolean last);
    }

    private final Frames frames;
    private final ByteBuf partial = Unpooled.buffer(YamuxHeader.BYTES, YamuxHeader.BYTES);
    private int payloadLeft;
    private boolean stopped;

    FrameReader(Frames frames) {
        this.frames = frames;
    }

    /** Drops all that follows. */
    void stop() {
        stopped = true;
    }

    /** Takes ownership. */
    void read(ByteBuf data) {
        ByteBuf in = data;
        try {
            while (!stopped && in.isReadable()) {
                if (payloadLeft == 0) {
                    readHeader(in);
                } else if (in.readableBytes() <= payloadLeft) {
                    ByteBuf rest = in;
                    in = Unpooled.EMPTY_BUFFER;
                    payloadLeft -= rest.readableBytes();
                    frames.onPayload(rest, payloadLeft == 0);
                } else {
                    ByteBuf part = in.readRetainedSlice(payloadLeft);
                    payloadLeft = 0;
                    frames.onPayload(part, true);
                }
            }
        } finally {
            in.release();
        }
    }

    private void readHeader(ByteBuf in) {
        if (partial.isReadable() || in.readableBytes() < YamuxHeader.BYTES) {
            partial.writeBytes(in, Math.min(in.readableBytes(), partial.writableBytes()));
            if (partial.isWritable()) {
                return;
            }
            payloadLeft = frames.onHeader(parse(partial));
            partial.clear();
        } else {
            payloadLeft = frames.onHeader(parse(in));
        }
    }

    private static YamuxHeader parse(ByteBuf in) {
        try {
            return YamuxHeader.read(in);
        } catch (IllegalArgumentException e) {
            // Most often somebody who came to the wrong port; what they said tells which one they wanted.
            byte[] found = ByteBufUtil.getBytes(in, in.readerIndex(), YamuxHeader.BYTES);
            throw new CulvertException(
                    WireError.PROTOCOL_VIOLATION,
                    "not a yamux frame, " + e.getMessage() + ": \"" + escape(found) + "\" (0x"
                            + ByteBufUtil.hexDump(found) + ").");
        }
    }

    private static String escape(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(bytes, StandardCharsets.ISO_8859_1).toCharArray()) {
            text.append(c < ' ' || c > '~' || c == '"' || c == '\\' ? '.' : c);
        }
        return text.toString();
    }
}
