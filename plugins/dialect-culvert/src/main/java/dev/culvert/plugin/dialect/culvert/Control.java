package dev.culvert.plugin.dialect.culvert;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/**
 * The control stream: a 4-byte big-endian length and as many bytes of JSON, again and again.
 *
 * <p>Memory is taken for bytes that have come, never for a length that was announced.
 */
final class Control extends ChannelInboundHandlerAdapter {

    private static final int LENGTH_BYTES = 4;

    private final DuplexChannel channel;
    private final Listener listener;
    private final ByteBuf pending = Unpooled.buffer(256);
    private int limit = Limits.MESSAGE_BEFORE_LOGIN;
    private int budget;
    private boolean paused;
    private boolean decoding;
    private boolean finished;
    private boolean ended;
    private boolean lost;

    /**
     * Makes one.
     *
     * @param channel the stream
     * @param listener who is told
     * @param budget how many bytes may come before {@link #unlock}; negative for any number
     */
    Control(DuplexChannel channel, Listener listener, int budget) {
        this.channel = channel;
        this.listener = listener;
        this.budget = budget;
    }

    void start() {
        channel.pipeline().addLast(this);
        listenWhileHeard();
    }

    /** Lifts the limits of the login. */
    void unlock() {
        limit = Limits.MESSAGE;
        budget = -1;
    }

    /** Delivers no further message until {@link #resume}: the other end has to wait for this one. */
    void pause() {
        paused = true;
        channel.config().setAutoRead(false);
    }

    void resume() {
        paused = false;
        decode();
        listenWhileHeard();
    }

    void send(Message message) {
        channel.writeAndFlush(encoded(message));
    }

    /** Sends the last message, and FIN behind it. */
    void sendLast(Message message) {
        channel.writeAndFlush(encoded(message)).addListener(written -> finish());
    }

    /** Sends FIN, and listens for that of the other end. */
    void finish() {
        finished = true;
        if (channel.isActive()) {
            channel.shutdownOutput();
            listenWhileHeard();
        }
    }

    private ByteBuf encoded(Message message) {
        byte[] json = MessageMapper.write(message);
        return channel.alloc()
                .ioBuffer(LENGTH_BYTES + json.length)
                .writeInt(json.length)
                .writeBytes(json);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (ended) {
                return;
            }
            if (budget >= 0 && bytes.readableBytes() > budget) {
                fail(tooLarge("more than " + Limits.BYTES_BEFORE_LOGIN + " bytes before the login."));
                return;
            }
            if (budget >= 0) {
                budget -= bytes.readableBytes();
            }
            pending.discardSomeReadBytes().writeBytes(bytes);
        } finally {
            bytes.release();
        }
        decode();
    }

    private void decode() {
        if (decoding) {
            return; // a listener has resumed from within: the loop below goes on
        }
        decoding = true;
        try {
            while (!paused && !ended && pending.readableBytes() >= LENGTH_BYTES) {
                long length = pending.getUnsignedInt(pending.readerIndex());
                if (length > limit || length == 0) {
                    fail(tooLarge("a message of " + length + " bytes (expected: 1 to " + limit + ")."));
                    return;
                }
                if (pending.readableBytes() < LENGTH_BYTES + length) {
                    return;
                }
                byte[] json = new byte[(int) length];
                pending.skipBytes(LENGTH_BYTES).readBytes(json);
                deliver(json);
            }
        } finally {
            decoding = false;
        }
    }

    private void deliver(byte[] json) {
        Message message;
        try {
            message = MessageMapper.read(json);
        } catch (CulvertException e) {
            fail(e);
            return;
        }
        listener.onMessage(message);
    }

    private void fail(CulvertException cause) {
        ended = true;
        listener.onMalformed(cause);
    }

    private static CulvertException tooLarge(String detail) {
        return new CulvertException(WireError.FRAME_TOO_LARGE, "the control stream had " + detail);
    }

    /** Whoever does not listen is not listened to, or answers would pile up here. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        listenWhileHeard();
    }

    private void listenWhileHeard() {
        // After its FIN a channel is not writable any more, and only the other end's FIN is awaited.
        channel.config().setAutoRead(finished || !paused && channel.isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // After a reset there is such an event too, and it means nothing then.
        if (event == ChannelInputShutdownEvent.INSTANCE && !lost) {
            ended = true;
            listener.onFinished();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lost();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!ended) {
            lost();
        }
    }

    private void lost() {
        ended = true;
        lost = true;
        listener.onLost();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        pending.release();
    }

    /** Told of what happens on the control stream, on its loop. */
    interface Listener {

        void onMessage(Message message);

        /** What came is no message; no further one will be heard. */
        void onMalformed(CulvertException cause);

        /** The other end has said its last word. */
        void onFinished();

        /** The stream was reset. */
        void onLost();
    }
}
