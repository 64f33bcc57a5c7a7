package dev.culvert.spi.stream;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.EmptyByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a connection as a Netty channel. It owns all that is hard about that: the queue of what is to be written
 * and its promises, writability, auto-read, half-close and reset. A multiplexer, or a dialect that frames its own
 * streams, extends it with what only its wire knows.
 *
 * <h2>What a subclass does, and when it is asked</h2>
 *
 * <ul>
 *   <li>{@link #writeReady()}: flushed bytes wait; take them with {@link #pendingBytes} and {@link #transfer} as far as
 *       the peer's credit and the connection allow, now or later;
 *   <li>{@link #grant}: bytes were handed to the pipeline, so the peer may send as many more;
 *   <li>{@link #finish()}: this end sends nothing more;
 *   <li>{@link #reset()}: this end wants nothing more to do with the stream.
 * </ul>
 *
 * <p>And it tells the channel what arrives: {@link #receive}, {@link #receiveFinish()}, {@link #receiveReset} and, after
 * these, once for each turn in which it read from the connection, {@link #receiveComplete()}.
 *
 * <h2>What a user of the channel gets</h2>
 *
 * <ul>
 *   <li>Auto-read is off at first. What arrives meanwhile waits, bounded by the credit the peer has.
 *   <li>At most 16 messages are read before {@code channelReadComplete}.
 *   <li>Half-closure is allowed unless {@code ALLOW_HALF_CLOSURE} is turned off. A stream whose both directions have
 *       ended closes by itself.
 *   <li>{@link #shutdownOutput()} ends the output after all that was written before it.
 *   <li>{@code close()} is the clean end if all written bytes went out and all received bytes were read. Otherwise, and
 *       with {@code SO_LINGER} 0, it is a reset: neither end may take a part for the whole.
 *   <li>The promise of a write completes when its bytes are handed to the connection.
 *   <li>A reset by the peer is an {@code exceptionCaught} with a {@link StreamResetException}, then
 *       {@code channelInactive}.
 * </ul>
 *
 * <p>All methods of a subclass, and all methods for it, run on the channel's event loop, which is the connection's.
 */
public abstract class StreamChannel extends AbstractChannel implements DuplexChannel {

    private static final int MESSAGES_PER_TURN = 16;
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, MESSAGES_PER_TURN);

    private final StreamChannelConfig config;

    private volatile boolean open = true;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;

    // Below: only touched on the event loop.
    private @Nullable InboundQueue inbound;
    private @Nullable ChannelPromise finishing;
    private boolean readPending;
    private boolean turnGoesOn;
    private boolean deliveryScheduled;
    private boolean completing;
    private boolean peerFinished;
    private boolean peerReset;
    private boolean unsent;
    private int delivered;

    /**
     * Makes an open stream; its owner registers it with the connection's loop.
     *
     * @param connection what carries it, its {@linkplain #parent() parent}
     * @param number distinguishes it from the other streams of the connection
     */
    protected StreamChannel(Channel connection, long number) {
        super(connection, new StreamId(connection.id(), number));
        config = new StreamChannelConfig(this, connection.alloc());
    }

    /**
     * Flushed bytes wait to be written. Called again for each flush, so an implementation that cannot write them all now
     * remembers that, and goes on when the credit or the connection allows.
     */
    protected abstract void writeReady();

    /**
     * The pipeline has taken bytes that {@link #receive} brought, or they were dropped on purpose: the peer may send as
     * many more.
     *
     * @param bytes how many
     */
    protected abstract void grant(int bytes);

    /** All bytes were taken; tell the peer that no more will follow. Called at most once. */
    protected abstract void finish();

    /** Tell the peer that the stream was aborted. Called at most once, and not after the peer's own reset. */
    protected abstract void reset();

    /**
     * The channel is closed; what the peer still sends on this stream is for nobody. Called once, after
     * {@link #finish()} or {@link #reset()} if one was needed.
     */
    protected abstract void closed();

    /** Whether the peer has said that it sends nothing more. */
    protected final boolean isPeerFinished() {
        return peerFinished;
    }

    /**
     * How many flushed bytes wait.
     *
     * @param limit where counting may stop
     */
    protected final int pendingBytes(int limit) {
        ChannelOutboundBuffer queue = unsafe().outboundBuffer();
        if (queue == null || !(queue.current() instanceof ByteBuf first)) {
            return 0;
        }
        int bytes = first.readableBytes();
        if (bytes >= limit || queue.size() == 1) {
            return Math.min(bytes, limit);
        }
        Transfer counted = new Transfer(limit, null);
        counted.over(queue);
        return limit - counted.left;
    }

    /**
     * Takes flushed bytes, and completes the promises of the writes that they end. These may call back into the channel:
     * whoever writes a frame has written its header before.
     *
     * @param length how many, at most {@link #pendingBytes}
     * @param sink takes each part in order; ownership passes
     */
    protected final void transfer(int length, Consumer<? super ByteBuf> sink) {
        ChannelOutboundBuffer queue = requireNonNull(unsafe().outboundBuffer(), "queue");
        // All bytes are handed over before the first promise completes: its listener may close the channel, and a
        // frame must not be cut short by that.
        Transfer taken = new Transfer(length, sink);
        taken.over(queue);
        for (int left = taken.whole; left > 0 && queue.current() != null; ) {
            left -= isCancelled(queue.current()) ? 0 : 1;
            queue.remove();
        }
        if (taken.part > 0 && queue.current() instanceof ByteBuf rest) {
            rest.skipBytes(taken.part);
            queue.progress(taken.part);
        }
        afterWriting(queue);
    }

    /**
     * Bytes have arrived.
     *
     * @param data the bytes; ownership passes
     */
    protected final void receive(ByteBuf data) {
        if (!open) {
            data.release();
        } else if (inputShutdown) {
            int length = data.readableBytes();
            data.release();
            grant(length);
        } else if (mayDeliver() && isInboundEmpty()) {
            fireRead(data);
        } else {
            InboundQueue queue = inbound;
            if (queue == null) {
                queue = new InboundQueue();
                inbound = queue;
            }
            queue.add(data, config.getAllocator());
        }
    }

    /** The peer sends nothing more. Noticed by the pipeline after all bytes before it. */
    protected final void receiveFinish() {
        peerFinished = true;
    }

    /**
     * The peer aborted the stream, or the connection was lost. What was not read is dropped.
     *
     * @param cause what the pipeline is told
     */
    protected final void receiveReset(StreamResetException cause) {
        if (!open || peerReset) {
            return;
        }
        peerReset = true;
        readPending = false;
        turnGoesOn = false;
        if (inbound != null) {
            inbound.clear();
        }
        pipeline().fireExceptionCaught(cause);
        ClosedChannelException closed = new ClosedChannelException();
        closed.initCause(cause);
        ((StreamUnsafe) unsafe()).close(unsafe().voidPromise(), cause, closed);
    }

    /** The connection has no more for now: ends the turn that {@link #receive} and the others began. */
    protected final void receiveComplete() {
        if (delivered > 0 && open) {
            delivered = 0;
            turnGoesOn = false; // the next turn is for whoever reads again, which a handler may withhold
            completing = true;
            pipeline().fireChannelReadComplete();
            completing = false;
        }
        if (!peerFinished || !open) {
            return;
        }
        if (inputShutdown) {
            closeIfEnded();
        } else if (readPending && isInboundEmpty()) {
            endInput();
        }
    }

    /** The connection. */
    @Override
    public final Channel parent() {
        return requireNonNull(super.parent(), "parent");
    }

    @Override
    public final ChannelConfig config() {
        return config;
    }

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public final boolean isOpen() {
        return open;
    }

    @Override
    public final boolean isActive() {
        return open;
    }

    @Override
    public final boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public final boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public final boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    @Override
    public final ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public final ChannelFuture shutdownInput(ChannelPromise promise) {
        onLoop(() -> dropInput(promise));
        return promise;
    }

    @Override
    public final ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public final ChannelFuture shutdownOutput(ChannelPromise promise) {
        onLoop(() -> finishOutput(promise));
        return promise;
    }

    @Override
    public final ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public final ChannelFuture shutdown(ChannelPromise promise) {
        onLoop(() -> {
            dropInput(newPromise());
            finishOutput(promise);
        });
        return promise;
    }

    @Override
    protected final AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    @Override
    protected final boolean isCompatible(EventLoop loop) {
        return loop == parent().eventLoop();
    }

    @Override
    protected final @Nullable SocketAddress localAddress0() {
        return parent().localAddress();
    }

    @Override
    protected final @Nullable SocketAddress remoteAddress0() {
        return parent().remoteAddress();
    }

    @Override
    protected final void doBind(SocketAddress localAddress) throws IOException {
        throw new IOException("a stream has no address of its own (asked to bind to " + localAddress + ")");
    }

    @Override
    protected final void doDisconnect() {
        doClose();
    }

    @Override
    protected final void doBeginRead() {
        readPending = true;
        boolean waiting = !isInboundEmpty() || (peerFinished && !inputShutdown && !completing);
        if (waiting && !deliveryScheduled) {
            // Not at once: whoever resumes reading is often in the middle of writing to somebody else.
            deliveryScheduled = true;
            eventLoop().execute(this::deliver);
        }
    }

    @Override
    protected final Object filterOutboundMessage(Object message) throws IOException {
        if (!(message instanceof ByteBuf)) {
            throw new IllegalArgumentException("message: " + message.getClass().getName() + " (expected: ByteBuf)");
        }
        if (finishing != null || outputShutdown) {
            throw new ChannelOutputShutdownException("written after shutdownOutput");
        }
        return message;
    }

    @Override
    protected final void doWrite(ChannelOutboundBuffer queue) throws IOException {
        afterWriting(queue);
        if (!queue.isEmpty()) {
            try {
                writeReady();
            } catch (RuntimeException e) {
                // Netty answers any other exception with a clean end of the output.
                throw new IOException(e);
            }
        }
    }

    @Override
    protected final void doShutdownOutput() {
        outputShutdown = true;
        finish();
    }

    @Override
    protected final void doClose() {
        if (!open) {
            return;
        }
        open = false;
        readPending = false;
        boolean unread = inbound != null && inbound.clear() > 0;
        boolean ended = peerReset || (outputShutdown && peerFinished);
        boolean aborted = unread || unsent || config.closesWithReset();
        boolean finished = outputShutdown;
        inputShutdown = true;
        outputShutdown = true;
        if (!ended && aborted) {
            reset();
        } else if (!ended && !finished) {
            finish();
        }
        closed();
        ChannelPromise unfinished = finishing;
        if (unfinished != null) {
            finishing = null;
            unfinished.tryFailure(new ClosedChannelException());
        }
    }

    final void clearReadPending() {
        if (!isRegistered() || eventLoop().inEventLoop()) {
            readPending = false;
            turnGoesOn = false;
        } else {
            eventLoop().execute(() -> {
                readPending &= config.isAutoRead();
                turnGoesOn &= config.isAutoRead();
            });
        }
    }

    private boolean mayDeliver() {
        return (readPending || turnGoesOn) && delivered < MESSAGES_PER_TURN;
    }

    private void deliver() {
        deliveryScheduled = false;
        InboundQueue queue = inbound;
        while (queue != null && open && mayDeliver()) {
            ByteBuf data = queue.poll();
            if (data == null) {
                break;
            }
            fireRead(data);
        }
        receiveComplete();
    }

    private void fireRead(ByteBuf data) {
        int length = data.readableBytes();
        delivered++;
        readPending = false;
        pipeline().fireChannelRead(data);
        // A read() in the handler has set readPending; setAutoRead(false) in it ends the turn.
        turnGoesOn = config.isAutoRead();
        if (open) {
            grant(length);
        }
    }

    private boolean isInboundEmpty() {
        return inbound == null || inbound.isEmpty();
    }

    private void endInput() {
        inputShutdown = true;
        if (!config.allowsHalfClosure()) {
            unsafe().close(unsafe().voidPromise());
            return;
        }
        pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        closeIfEnded();
    }

    private void closeIfEnded() {
        if (open && peerFinished && inputShutdown && outputShutdown) {
            unsafe().close(unsafe().voidPromise());
        }
    }

    private void dropInput(ChannelPromise promise) {
        inputShutdown = true;
        int dropped = inbound == null ? 0 : inbound.clear();
        if (dropped > 0 && open) {
            grant(dropped);
        }
        promise.trySuccess();
        closeIfEnded();
    }

    private void finishOutput(ChannelPromise promise) {
        ChannelOutboundBuffer queue = unsafe().outboundBuffer();
        if (!promise.setUncancellable()) {
            return;
        }
        ChannelPromise earlier = finishing;
        if (earlier != null) {
            earlier.addListener(done -> complete(promise, done.cause()));
        } else if (outputShutdown || queue == null) {
            complete(promise, open ? null : new ClosedChannelException());
        } else {
            finishing = promise.unvoid();
            unsafe().flush();
            afterWriting(queue);
        }
    }

    private void afterWriting(ChannelOutboundBuffer queue) {
        removeEmpty(queue);
        ChannelPromise promise = finishing;
        if (promise != null && queue.isEmpty() && queue == unsafe().outboundBuffer()) {
            endOutput(promise);
        }
    }

    // Not by Netty's own, which makes an exception with its stack trace for the writes that a queue with bytes in it
    // would lose: a tenth of what a short stream costs.
    private void endOutput(ChannelPromise promise) {
        doShutdownOutput();
        finishing = null;
        promise.trySuccess();
        pipeline().fireUserEventTriggered(ChannelOutputShutdownEvent.INSTANCE);
        closeIfEnded();
    }

    /** An empty message takes no part in a frame; its promise says that all before it is written. */
    private static void removeEmpty(ChannelOutboundBuffer queue) {
        while (queue.current() instanceof ByteBuf message && !message.isReadable()) {
            queue.remove();
        }
    }

    /** Netty leaves this in the place of a message whose promise was cancelled, and skips it when walking. */
    private static boolean isCancelled(Object message) {
        return message instanceof EmptyByteBuf;
    }

    private static void complete(ChannelPromise promise, @Nullable Throwable failure) {
        if (failure == null) {
            promise.trySuccess();
        } else {
            promise.tryFailure(failure);
        }
    }

    private void onLoop(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
    }

    private final class StreamUnsafe extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (promise.setUncancellable()) {
                safeSetFailure(promise, new AlreadyConnectedException());
            }
        }

        @Override
        protected void close(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            ChannelOutboundBuffer queue = outboundBuffer();
            if (queue != null) {
                unsent = queue.totalPendingWriteBytes() > 0;
            }
            super.close(promise, cause, closeCause);
        }
    }

    /** One walk over the flushed messages, up to a number of bytes. */
    private static final class Transfer implements ChannelOutboundBuffer.MessageProcessor {

        private final @Nullable Consumer<? super ByteBuf> sink;
        private int left;
        private int whole;
        private int part;

        Transfer(int length, @Nullable Consumer<? super ByteBuf> sink) {
            this.left = length;
            this.sink = sink;
        }

        void over(ChannelOutboundBuffer queue) {
            try {
                queue.forEachFlushedMessage(this);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean processMessage(Object message) {
            ByteBuf buffer = (ByteBuf) message;
            int readable = buffer.readableBytes();
            if (readable > left) {
                part = left;
                if (sink != null && part > 0) {
                    sink.accept(buffer.retainedSlice(buffer.readerIndex(), part));
                }
                left = 0;
                return false;
            }
            whole += isCancelled(message) ? 0 : 1;
            left -= readable;
            if (sink != null && readable > 0) {
                sink.accept(buffer.retain());
            }
            return true;
        }
    }
}
