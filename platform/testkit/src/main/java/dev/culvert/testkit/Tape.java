package dev.culvert.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Records what a channel hears: its bytes, and how they ended; closes it after an abort, as its owner would. */
public final class Tape extends ChannelInboundHandlerAdapter {

    private static final long HAND_OFF_MILLIS = 5_000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private volatile boolean ended;
    private volatile boolean inactive;
    private volatile @Nullable Throwable abort;

    private Tape() {}

    /**
     * Listens to a channel, last in its pipeline; auto-read is left as it is.
     *
     * @param channel whose
     */
    public static Tape on(Channel channel) {
        var tape = new Tape();
        onLoop(channel, () -> channel.pipeline().addLast(tape));
        return tape;
    }

    /**
     * Listens to a channel, and turns its auto-read on.
     *
     * @param channel whose
     */
    public static Tape rolling(Channel channel) {
        var tape = new Tape();
        onLoop(channel, () -> {
            channel.pipeline().addLast(tape);
            channel.config().setAutoRead(true);
        });
        return tape;
    }

    // A handler that another thread adds hears nothing for a moment, and what comes meanwhile is lost.
    private static void onLoop(Channel channel, Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
        } else {
            channel.eventLoop().submit(task).syncUninterruptibly();
        }
    }

    /** What came, as text. */
    public String text() {
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    /** What came. */
    public byte[] bytes() {
        synchronized (bytes) {
            return bytes.toByteArray();
        }
    }

    /** Whether the other end said that nothing more will come. */
    public boolean ended() {
        return ended;
    }

    /** Why the channel was aborted, or null. */
    public @Nullable Throwable abort() {
        return abort;
    }

    /** Whether the channel is closed. */
    public boolean inactive() {
        return inactive;
    }

    /** Whether an abort was heard, and no end before it. */
    public boolean abortedOnly() {
        return abort != null && !ended;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf buffer = (ByteBuf) message;
        byte[] read = ByteBufUtil.getBytes(buffer);
        buffer.release();
        synchronized (bytes) {
            bytes.write(read, 0, read.length);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && abort == null) {
            ended = true;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        abort = cause;
        ctx.close(); // a socket that allows half-closure would live on
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        inactive = true;
    }

    /**
     * Writes text to a channel.
     *
     * @param channel where
     * @param text ASCII
     */
    public static void write(Channel channel, String text) {
        ChannelFuture written = channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        if (!channel.eventLoop().inEventLoop()) {
            // What the test does next, a reset perhaps, comes after these bytes and not before them.
            written.awaitUninterruptibly(HAND_OFF_MILLIS);
        }
    }
}
