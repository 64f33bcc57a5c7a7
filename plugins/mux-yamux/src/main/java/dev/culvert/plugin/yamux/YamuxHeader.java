package dev.culvert.plugin.yamux;

import io.netty.buffer.ByteBuf;

/**
 * The 12-byte frame header of the yamux specification, section "Framing". All fields are big-endian.
 *
 * @param type one of the {@code TYPE_} constants, or what a faulty peer sent
 * @param flags any of the {@code FLAG_} constants together
 * @param streamId unsigned; 0 for the session
 * @param length unsigned; its meaning depends on the type
 */
record YamuxHeader(int type, int flags, int streamId, int length) {

    static final int BYTES = 12;

    static final int VERSION = 0;

    static final int TYPE_DATA = 0;
    static final int TYPE_WINDOW_UPDATE = 1;
    static final int TYPE_PING = 2;
    static final int TYPE_GO_AWAY = 3;

    static final int FLAG_SYN = 1;
    static final int FLAG_ACK = 2;
    static final int FLAG_FIN = 4;
    static final int FLAG_RST = 8;

    static final int GO_AWAY_NORMAL = 0;
    static final int GO_AWAY_PROTOCOL_ERROR = 1;
    static final int GO_AWAY_INTERNAL_ERROR = 2;

    /** What either end may send on a new stream: "Yamux initially starts each stream with a 256KB window size". */
    static final int INITIAL_WINDOW = 256 * 1024;

    private static final String[] TYPES = {"DATA", "WINDOW_UPDATE", "PING", "GO_AWAY"};
    private static final String[] FLAGS = {"SYN", "ACK", "FIN", "RST"};

    /** Reads a header; the caller has checked that {@link #BYTES} are readable. */
    static YamuxHeader read(ByteBuf in) {
        int version = in.getUnsignedByte(in.readerIndex());
        int type = in.getUnsignedByte(in.readerIndex() + 1);
        if (version != VERSION) {
            throw new IllegalArgumentException("version: " + version + " (expected: " + VERSION + ")");
        }
        if (type > TYPE_GO_AWAY) {
            throw new IllegalArgumentException("type: " + type + " (expected: 0 to " + TYPE_GO_AWAY + ")");
        }
        in.skipBytes(2);
        return new YamuxHeader(type, in.readUnsignedShort(), in.readInt(), in.readInt());
    }

    void write(ByteBuf out) {
        write(out, type, flags, streamId, length);
    }

    static void write(ByteBuf out, int type, int flags, int streamId, int length) {
        out.ensureWritable(BYTES);
        out.writeShort(VERSION << 8 | type);
        out.writeShort(flags);
        out.writeInt(streamId);
        out.writeInt(length);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The length as the number it means. */
    long unsignedLength() {
        return Integer.toUnsignedLong(length);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(TYPES[type]).append(" frame, flags ");
        String separator = "";
        for (int i = 0; i < FLAGS.length; i++) {
            if (has(1 << i)) {
                text.append(separator).append(FLAGS[i]);
                separator = "|";
            }
        }
        return text.append(String.format(separator.isEmpty() ? "0x%04x" : " (0x%04x)", flags))
                .append(", stream ")
                .append(Integer.toUnsignedString(streamId))
                .append(", length ")
                .append(Integer.toUnsignedString(length))
                .toString();
    }
}
