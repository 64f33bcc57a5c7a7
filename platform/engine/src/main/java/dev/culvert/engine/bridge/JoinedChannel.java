package dev.culvert.engine.bridge;

import dev.culvert.engine.net.OutputEnd;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of the two channels of a bridge: passes on what it reads, and how it ends.
 *
 * <p>Everything here runs on the channel's own loop, but for what {@code peer} reads of it, which is volatile or opaque.
 * To act on the peer is to {@link #run} on its loop.
 */
final class JoinedChannel extends ChannelInboundHandlerAdapter {

    /** How long a side that can be told nothing more may go on sending before it is reset. */
    private static final long DRAIN_SECONDS = 30;

    // A large message goes out at once, while the processor's cache has it: a tenth less CPU time for the same bytes.
    // Small ones go together at the end of the turn.
    private static final int FLUSH_BYTES = 64 * 1024;

    private static final VarHandle BYTES;

    static {
        try {
            BYTES = MethodHandles.lookup().findVarHandle(JoinedChannel.class, "bytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Bridge bridge;
    private final DuplexChannel channel;
    private final @Nullable Rate limit;

    /** The other one; set once, before anything happens. */
    @SuppressWarnings("NullAway.Init")
    JoinedChannel peer;

    /** Where the peer writes to; set before either side reads. */
    @SuppressWarnings("NullAway.Init")
    private ChannelHandlerContext context;

    private long bytes;

    /** The peer is full. Read by the peer's loop. */
    private volatile boolean blocked;

    private Set<Object> reasons = Set.of();

    /** When reading goes on, while the rate holds it back. Read by the peer's loop. */
    private volatile @Nullable Future<?> held;

    private long heldSince;

    /** The other end has said that it is done: everything it sent has been passed on. */
    private boolean inputEnded;

    /** All that the peer sent is written, and FIN after it. */
    private boolean outputEnded;

    /** The peer is gone: what arrives goes nowhere. */
    private boolean draining;

    /** This side is being reset, or was closed: nothing that happens to it means anything any more. */
    private boolean over;

    private boolean closed;

    JoinedChannel(Bridge bridge, DuplexChannel channel, @Nullable Rate limit) {
        this.bridge = bridge;
        this.channel = channel;
        this.limit = limit;
    }

    /** Runs something on this channel's loop: at once if that is where the caller is. */
    void run(Runnable action) {
        if (channel.eventLoop().inEventLoop()) {
            action.run();
        } else {
            try {
                channel.eventLoop().execute(action);
            } catch (RejectedExecutionException e) {
                // The process is ending: the loop has stopped, and closed its channels before.
            }
        }
    }

    void attach() {
        channel.pipeline().addLast(this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    void start() {
        if (channel.isActive()) {
            updateAutoRead();
        } else {
            lost();
        }
    }

    long bytesRead() {
        return (long) BYTES.getOpaque(this);
    }

    // --- the hot path

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (draining || over) {
            ReferenceCountUtil.release(message);
            return;
        }
        int count = message instanceof ByteBuf ? ((ByteBuf) message).readableBytes() : 0;
        BYTES.setOpaque(this, bytes + count);
        ChannelHandlerContext out = peer.context;
        out.write(message, out.voidPromise()); // ownership passes to the peer, even if the write fails
        if (count >= FLUSH_BYTES) {
            out.flush();
        }
        if (limit != null) {
            hold(limit.take(count));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.context.flush();
        if (!blocked && !peer.channel.isWritable()) {
            blocked = true;
            // On its own loop the peer may have drained between the check and the flag; its event then found no flag
            // to act upon, and nothing would ever resume this side.
            if (peer.channel.isWritable()) {
                blocked = false;
            } else {
                updateAutoRead();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable() && peer.blocked) {
            peer.run(peer::unblock);
        }
    }

    private void unblock() {
        if (blocked && peer.channel.isWritable()) {
            blocked = false;
            updateAutoRead();
        }
    }

    // --- auto-read

    void pause(Object reason) {
        if (reasons.isEmpty()) {
            reasons = Set.of(reason);
        } else if (!reasons.contains(reason)) {
            Set<Object> more = new HashSet<>(reasons);
            more.add(reason);
            reasons = more;
        }
        updateAutoRead();
    }

    void resume(Object reason) {
        if (reasons.contains(reason)) {
            Set<Object> fewer = new HashSet<>(reasons);
            fewer.remove(reason);
            reasons = Set.copyOf(fewer);
            updateAutoRead();
        }
    }

    // --- the rate

    private void hold(long nanos) {
        if (nanos <= 0 || over || closed) {
            return;
        }
        Future<?> before = held;
        if (before != null) {
            before.cancel(false); // a turn that was under way read on
        } else {
            heldSince = System.nanoTime();
        }
        held = channel.eventLoop().schedule(this::release, nanos, TimeUnit.NANOSECONDS);
        pause(RateLimit.class);
    }

    private void release() {
        held = null;
        noteHeld();
        resume(RateLimit.class);
    }

    private void noteHeld() {
        if (limit != null) {
            limit.held(System.nanoTime() - heldSince);
        }
    }

    boolean isHeld() {
        return held != null;
    }

    private void updateAutoRead() {
        channel.config().setAutoRead(draining || !blocked && reasons.isEmpty());
    }

    // --- ends

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !over && !inputEnded) {
            inputEnded = true;
            if (!draining) {
                bridge.watchHalfClose(channel.eventLoop());
                peer.run(peer::endOutput);
            }
            closeIfDone();
        }
    }

    /** As if this side had said now that it is done. What it sends nevertheless goes nowhere, as after a FIN. */
    void finish() {
        if (over || inputEnded || draining) {
            return;
        }
        inputEnded = true;
        draining = true;
        updateAutoRead();
        bridge.watchHalfClose(channel.eventLoop());
        peer.run(peer::endOutput);
        closeIfDone();
    }

    /** Sends FIN after everything that is queued: shutting the output down at once would drop that. */
    private void endOutput() {
        if (over || outputEnded) {
            return;
        }
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (!written.isSuccess() || over) {
                return;
            }
            if (inputEnded && channel instanceof SocketChannel) {
                // Nothing is unread: closing says FIN as well, and is one call to the kernel less. Not so on a stream,
                // whose last bytes are on their way to the connection in the very moment that says so.
                outputEnded = true;
                closeIfDone();
            } else {
                OutputEnd.send(channel).addListener(shut -> {
                    if (shut.isSuccess()) {
                        outputEnded = true;
                        closeIfDone();
                        drainForAWhile();
                    } else {
                        abort(shut.cause());
                    }
                });
            }
        });
    }

    // Netty leaves a channel open even when both directions have ended.
    private void closeIfDone() {
        if (inputEnded && outputEnded && !over) {
            over = true;
            channel.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        abort(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost();
    }

    private void lost() {
        if (closed) {
            return;
        }
        closed = true;
        Future<?> release = held;
        if (release != null) {
            release.cancel(false);
            held = null;
            noteHeld();
        }
        abort(null);
        bridge.closed();
    }

    /** This side broke off. */
    private void abort(@Nullable Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        bridge.noteAbort(describe(cause), this);
        if (inputEnded) {
            peer.run(peer::drain);
        } else {
            peer.run(peer::reset);
        }
        reset();
    }

    void reset() {
        over = true;
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // The kernel knows already that the connection is gone; closing is all that is left to do.
        }
        channel.close();
    }

    /**
     * The peer had ended its direction before it broke off, so it has still said everything: this side gets all of that,
     * and the end. What it goes on to send has nowhere to go, as with a service that closes early.
     */
    private void drain() {
        if (over || draining) {
            return;
        }
        draining = true;
        updateAutoRead();
        drainForAWhile();
    }

    private void drainForAWhile() {
        if (draining && outputEnded && !over) {
            var deadline = channel.eventLoop().schedule(this::reset, DRAIN_SECONDS, TimeUnit.SECONDS);
            channel.closeFuture().addListener(done -> deadline.cancel(false));
        }
    }

    /** How full the queue of unwritten bytes is, as far as it can be told from another thread. */
    long queued() {
        return channel.bytesBeforeWritable() - channel.bytesBeforeUnwritable();
    }

    private static CulvertException describe(@Nullable Throwable cause) {
        if (cause instanceof CulvertException) {
            return (CulvertException) cause;
        }
        return cause == null
                ? new CulvertException(WireError.CONNECTION_LOST, "The connection closed before its end.")
                : new CulvertException(
                        WireError.STREAM_RESET, "The connection broke: " + cause.getMessage() + ".", cause);
    }
}
