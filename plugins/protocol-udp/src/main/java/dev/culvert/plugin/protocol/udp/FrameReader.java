package dev.culvert.plugin.protocol.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Cuts the bytes of a lane into frames. What lies whole in one buffer is not copied. */
final class FrameReader {

    private final FrameReceiver receiver;
    private @Nullable ByteBuf partial;

    FrameReader(FrameReceiver receiver) {
        this.receiver = receiver;
    }

    /**
     * Takes bytes; releases them.
     *
     * @throws dev.culvert.spi.CulvertException if they are no frames
     */
    void feed(ByteBuf in) {
        try {
            if (partial != null && !complete(partial, in)) {
                return;
            }
            while (isWhole(in)) {
                frame(in);
            }
            if (in.isReadable()) {
                partial = in.alloc().buffer(Frame.HEADER + 1500).writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    void close() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
    }

    private static boolean isWhole(ByteBuf in) {
        if (in.readableBytes() < Frame.HEADER) {
            return false;
        }
        int start = in.readerIndex();
        int length = in.getUnsignedShort(start + Frame.HEADER - 2);
        Frame.check(in.getUnsignedByte(start), length);
        return in.readableBytes() >= Frame.HEADER + length;
    }

    /** Moves as much as completes the frame that was cut; false if that is not there yet. */
    private boolean complete(ByteBuf begun, ByteBuf in) {
        move(in, begun, Frame.HEADER - begun.readableBytes());
        if (!isWhole(begun) && begun.readableBytes() >= Frame.HEADER) {
            int length = begun.getUnsignedShort(begun.readerIndex() + Frame.HEADER - 2);
            move(in, begun, Frame.HEADER + length - begun.readableBytes());
        }
        if (!isWhole(begun)) {
            return false;
        }
        partial = null;
        try {
            frame(begun);
        } finally {
            begun.release();
        }
        return true;
    }

    private static void move(ByteBuf from, ByteBuf to, int bytes) {
        if (bytes > 0) {
            to.writeBytes(from, Math.min(bytes, from.readableBytes()));
        }
    }

    private void frame(ByteBuf in) {
        byte type = in.readByte();
        int flow = in.readInt();
        int length = in.readUnsignedShort();
        switch (type) {
            case Frame.OPEN -> receiver.opened(flow, Frame.readOpen(in.readSlice(length)));
            case Frame.CLOSE -> receiver.closed(flow, Frame.readClose(in.readSlice(length)));
            default -> receiver.datagram(flow, length == 0 ? Unpooled.EMPTY_BUFFER : in.readRetainedSlice(length));
        }
    }
}
