package dev.culvert.plugin.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the heads of a visitor's frames before Netty's codec, for what that lets pass (RFC 9113, sections 5.1, 5.1.1 and
 * 6.9.1): heads on streams that have ended or were skipped, and windows beyond what a window may be. Frames go on as they
 * are; after a fault nothing does.
 */
final class Http2Frames extends ChannelInboundHandlerAdapter {

    private static final int HEAD_BYTES = 9;
    private static final int WINDOW_UPDATE_BYTES = 4;
    private static final byte HEADERS = 1;
    private static final byte WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final byte DATA = 0;

    /** How many of the last streams are remembered; older ones are left to the codec. */
    private static final int REMEMBERED = 256;

    private final Http2FrameCodec codec;
    private final int[] streams = new int[REMEMBERED];
    private final boolean[] ended = new boolean[REMEMBERED];
    private final byte[] head = new byte[HEAD_BYTES + WINDOW_UPDATE_BYTES];
    private int headBytes;
    private int toSkip;
    private int highest;
    private long granted;
    private boolean prefaced;
    private boolean dead;

    Http2Frames(Http2FrameCodec codec) {
        this.codec = codec;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (dead || !(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        granted = 0;
        Http2Exception fault = look(bytes);
        if (fault == null) {
            ctx.fireChannelRead(bytes);
            return;
        }
        dead = true;
        bytes.release();
        codec.onError(ctx.pipeline().context(codec), false, fault);
    }

    private @Nullable Http2Exception look(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        if (!prefaced) {
            prefaced = true;
            toSkip = io.netty.handler.codec.http2.Http2CodecUtil.connectionPrefaceBuf()
                    .readableBytes();
        }
        while (at < end) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, end - at);
                toSkip -= skipped;
                at += skipped;
                continue;
            }
            head[headBytes++] = bytes.getByte(at++);
            if (headBytes == wanted()) {
                Http2Exception fault = judge();
                if (fault != null) {
                    return fault;
                }
                toSkip = length() - (headBytes - HEAD_BYTES);
                headBytes = 0;
            }
        }
        return null;
    }

    private int wanted() {
        boolean update = headBytes >= HEAD_BYTES && head[3] == WINDOW_UPDATE && length() == WINDOW_UPDATE_BYTES;
        return update ? HEAD_BYTES + WINDOW_UPDATE_BYTES : HEAD_BYTES;
    }

    private @Nullable Http2Exception judge() {
        int stream = number(5) & 0x7fffffff;
        boolean endsStream = (head[4] & END_STREAM) != 0;
        return switch (head[3]) {
            case HEADERS -> headers(stream, endsStream);
            case DATA -> {
                if (endsStream && streams[slot(stream)] == stream) {
                    ended[slot(stream)] = true;
                }
                yield null;
            }
            case WINDOW_UPDATE ->
                headBytes > HEAD_BYTES && stream == 0 ? window(number(HEAD_BYTES) & 0x7fffffff) : null;
            default -> null;
        };
    }

    private @Nullable Http2Exception headers(int stream, boolean endsStream) {
        int slot = slot(stream);
        if (stream > highest) {
            highest = stream;
            streams[slot] = stream;
            ended[slot] = endsStream;
            return null;
        }
        if (streams[slot] == stream) {
            if (ended[slot]) {
                return Http2Exception.connectionError(Http2Error.STREAM_CLOSED, "a head on a stream that has ended");
            }
            ended[slot] = endsStream;
            return null;
        }
        boolean remembered = (highest - stream) / 2 < REMEMBERED;
        return remembered
                ? Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "a stream below one that is open already")
                : null;
    }

    private @Nullable Http2Exception window(int more) {
        granted += more;
        long now =
                codec.encoder().flowController().windowSize(codec.connection().connectionStream());
        return now + granted > Integer.MAX_VALUE
                ? Http2Exception.connectionError(Http2Error.FLOW_CONTROL_ERROR, "a window beyond 2^31-1")
                : null;
    }

    private int length() {
        return (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
    }

    private int number(int from) {
        return (head[from] & 0xff) << 24
                | (head[from + 1] & 0xff) << 16
                | (head[from + 2] & 0xff) << 8
                | head[from + 3] & 0xff;
    }

    private static int slot(int stream) {
        return stream >>> 1 & REMEMBERED - 1;
    }
}
