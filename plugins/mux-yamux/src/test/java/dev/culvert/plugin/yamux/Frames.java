package dev.culvert.plugin.yamux;

import java.nio.ByteBuffer;

/** Frames as the bytes a peer sends, written without the code under test. */
final class Frames {

    private Frames() {}

    static byte[] frame(int type, int flags, int streamId, int length) {
        return ByteBuffer.allocate(12)
                .put((byte) 0)
                .put((byte) type)
                .putShort((short) flags)
                .putInt(streamId)
                .putInt(length)
                .array();
    }

    static byte[] data(int flags, int streamId, byte[] payload) {
        return ByteBuffer.allocate(12 + payload.length)
                .put(frame(0, flags, streamId, payload.length))
                .put(payload)
                .array();
    }
}
