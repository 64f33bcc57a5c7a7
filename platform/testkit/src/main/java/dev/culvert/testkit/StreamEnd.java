package dev.culvert.testkit;

import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One end of a stream or a socket, with a handler that writes down all that happens to it. */
public final class StreamEnd {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(1);

    private final DuplexChannel channel;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Consumer<ByteBuf> onRead;

    private StreamEnd(DuplexChannel channel) {
        this.channel = channel;
        channel.pipeline().addLast(new Recorder());
    }

    /**
     * Starts recording; does not start reading.
     *
     * @param channel the stream
     */
    public static StreamEnd of(DuplexChannel channel) {
        return new StreamEnd(channel);
    }

    /** The stream. */
    public DuplexChannel channel() {
        return channel;
    }

    /** Turns auto-read on. */
    public StreamEnd read() {
        channel.config().setAutoRead(true);
        return this;
    }

    /**
     * Says what to do with each message instead of keeping its bytes.
     *
     * @param action called on the loop; does not own the message
     */
    public StreamEnd onRead(Consumer<ByteBuf> action) {
        onRead = action;
        return this;
    }

    /**
     * Writes and flushes.
     *
     * @param text what to write
     */
    public ChannelFuture write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes and flushes.
     *
     * @param bytes what to write; not to be changed afterwards
     */
    public ChannelFuture write(byte[] bytes) {
        return channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }

    /** Closes with a reset. */
    public ChannelFuture reset() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        return channel.close();
    }

    /** All bytes so far. */
    public byte[] received() {
        synchronized (received) {
            return received.toByteArray();
        }
    }

    /** How many bytes have come so far. */
    public int receivedBytes() {
        synchronized (received) {
            return received.size();
        }
    }

    /** All bytes so far, as text. */
    public String text() {
        return new String(received(), StandardCharsets.UTF_8);
    }

    /**
     * What has happened, in order: {@code read}, {@code complete}, {@code end} (of the input), {@code exception},
     * {@code inactive}, {@code writable}, {@code unwritable}.
     */
    public List<String> events() {
        return events;
    }

    /** What {@code exceptionCaught} was told; null if nothing. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Waits for an event.
     *
     * @param event its name
     */
    public void awaitEvent(String event) {
        await(event).pollDelay(Duration.ZERO).pollInterval(POLL).atMost(TIMEOUT).until(() -> events.contains(event));
    }

    /**
     * Waits for some bytes.
     *
     * @param bytes how many in all
     */
    public void awaitBytes(int bytes) {
        await(bytes + " bytes")
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .atMost(TIMEOUT)
                .until(() -> receivedBytes() >= bytes);
    }

    private final class Recorder extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            events.add("read");
            ByteBuf data = (ByteBuf) message;
            try {
                Consumer<ByteBuf> action = onRead;
                if (action != null) {
                    action.accept(data);
                    return;
                }
                synchronized (received) {
                    data.readBytes(received, data.readableBytes());
                }
            } finally {
                data.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            events.add("complete");
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            events.add(channel.isWritable() ? "writable" : "unwritable");
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                events.add("end");
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            events.add("inactive");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failure = cause;
            events.add("exception");
        }
    }
}
