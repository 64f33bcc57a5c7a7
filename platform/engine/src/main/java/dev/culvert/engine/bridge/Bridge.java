package dev.culvert.engine.bridge;

import static dev.culvert.engine.bridge.BridgeSide.A;
import static dev.culvert.engine.bridge.BridgeSide.B;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.BridgeOptions;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins two channels until both directions have ended.
 *
 * <ul>
 *   <li>Bytes pass without a copy; a channel that is full stops the reads of the other.
 *   <li>The end of one direction is passed on after all its bytes; the other direction goes on.
 *   <li>An abnormal end of one side (an exception, a reset, a close without an end) is a reset on the other, and never
 *       looks like an end. A side that had already ended its direction and breaks off later has still said all it had to
 *       say: that is delivered first.
 *   <li>When one direction has ended and the other is silent for {@link BridgeOptions#halfCloseTimeout}, both sides are
 *       reset.
 *   <li>Auto-read of both channels belongs to the bridge. Who wants to pause a side gives a reason, and takes it back.
 * </ul>
 *
 * <p>Works for channels on one event loop, which is the fast case, and on two.
 */
public final class Bridge {

    private static final AtomicIntegerFieldUpdater<Bridge> OPEN =
            AtomicIntegerFieldUpdater.newUpdater(Bridge.class, "open");
    private static final AtomicReferenceFieldUpdater<Bridge, Abort> ABORT =
            AtomicReferenceFieldUpdater.newUpdater(Bridge.class, Abort.class, "abort");
    private static final AtomicReferenceFieldUpdater<Bridge, HalfCloseWatch> WATCH =
            AtomicReferenceFieldUpdater.newUpdater(Bridge.class, HalfCloseWatch.class, "watch");

    private final JoinedChannel a;
    private final JoinedChannel b;
    private final Consumer<BridgeEnd> ended;
    private final long halfCloseNanos;
    private final long startNanos = System.nanoTime();

    @SuppressWarnings("UnusedVariable") // by its updater
    private volatile int open = 2;

    private volatile @Nullable Abort abort;
    private volatile @Nullable HalfCloseWatch watch;

    private Bridge(
            DuplexChannel a, DuplexChannel b, BridgeOptions options, RateLimits limits, Consumer<BridgeEnd> ended) {
        this.a = new JoinedChannel(this, a, limits.a());
        this.b = new JoinedChannel(this, b, limits.b());
        this.a.peer = this.b;
        this.b.peer = this.a;
        this.ended = ended;
        this.halfCloseNanos = options.halfCloseTimeout().toNanos();
    }

    /**
     * Joins two channels as fast as they go. See {@link #join(DuplexChannel, DuplexChannel, BridgeOptions, RateLimits,
     * Consumer)}.
     */
    public static Bridge join(DuplexChannel a, DuplexChannel b, BridgeOptions options, Consumer<BridgeEnd> ended) {
        return join(a, b, options, RateLimits.NONE, ended);
    }

    /**
     * Joins two channels, which belong to the bridge from now on. May be called from any thread.
     *
     * @param a registered, auto-read off, nothing read from it yet
     * @param b the same
     * @param options how
     * @param limits how fast; kept by not reading
     * @param ended told once, when both channels are closed, on the loop of the one that closed last
     */
    public static Bridge join(
            DuplexChannel a, DuplexChannel b, BridgeOptions options, RateLimits limits, Consumer<BridgeEnd> ended) {
        Bridge bridge = new Bridge(a, b, options, limits, ended);
        // Both have to be in place before either reads.
        bridge.a.run(() -> {
            bridge.a.attach();
            bridge.b.run(() -> {
                bridge.b.attach();
                bridge.b.start();
                bridge.a.run(bridge.a::start);
            });
        });
        return bridge;
    }

    /** How many bytes went from the first channel to the second so far. From any thread. */
    public long bytesAtoB() {
        return a.bytesRead();
    }

    /** How many bytes went from the second channel to the first so far. From any thread. */
    public long bytesBtoA() {
        return b.bytesRead();
    }

    /**
     * Stops reading from both sides until {@link #resume(Object)}. From any thread; takes effect soon.
     *
     * @param reason equal to what will be given to resume; a second time has no effect
     */
    public void pause(Object reason) {
        pause(A, reason);
        pause(B, reason);
    }

    /**
     * Stops reading from one side until {@link #resume(BridgeSide, Object)}.
     *
     * @param from the side
     * @param reason equal to what will be given to resume; a second time has no effect
     */
    public void pause(BridgeSide from, Object reason) {
        JoinedChannel side = side(from);
        side.run(() -> side.pause(reason));
    }

    /**
     * Takes a reason back from both sides; they read again when they have none left.
     *
     * @param reason as given to pause
     */
    public void resume(Object reason) {
        resume(A, reason);
        resume(B, reason);
    }

    /**
     * Takes a reason back from one side.
     *
     * @param from the side
     * @param reason as given to pause
     */
    public void resume(BridgeSide from, Object reason) {
        JoinedChannel side = side(from);
        side.run(() -> side.resume(reason));
    }

    /**
     * Ends both sides at once, with a reset. From any thread.
     *
     * @param cause reported as the bridge's end
     */
    public void abort(CulvertException cause) {
        noteAbort(cause, null);
        a.run(a::reset);
        b.run(b::reset);
    }

    /**
     * Ends both directions in good order, from the first channel's side: the second is told that all has been said, and
     * when it ends too both are closed. From any thread. Whatever the first still sends is lost without an answer, so this
     * is for when nothing is on its way.
     */
    public void finish() {
        a.run(a::finish);
    }

    private JoinedChannel side(BridgeSide side) {
        return side == A ? a : b;
    }

    /** One direction has ended: from now on silence is counted. */
    void watchHalfClose(EventLoop loop) {
        if (halfCloseNanos > 0 && watch == null) {
            HalfCloseWatch first = new HalfCloseWatch(this, loop, halfCloseNanos);
            if (WATCH.compareAndSet(this, null, first)) {
                first.start();
            }
        }
    }

    /** Changes whenever a byte moves, in either direction, or does not because this side holds it back. */
    long progress() {
        long held = a.isHeld() || b.isHeld() ? System.nanoTime() : 0;
        return held + bytesAtoB() + bytesBtoA() + 31 * a.queued() + 37 * b.queued();
    }

    /** Keeps the first cause; what follows from it is noise. */
    void noteAbort(CulvertException cause, @Nullable JoinedChannel by) {
        BridgeSide side = by == null ? null : by == a ? A : B;
        ABORT.compareAndSet(this, null, new Abort(cause, side));
    }

    /** One of the channels has closed. */
    void closed() {
        if (OPEN.decrementAndGet(this) == 0) {
            HalfCloseWatch running = watch;
            if (running != null) {
                running.stop();
            }
            Abort why = abort;
            ended.accept(new BridgeEnd(
                    bytesAtoB(),
                    bytesBtoA(),
                    Duration.ofNanos(System.nanoTime() - startNanos),
                    why == null ? null : why.cause(),
                    why == null ? null : why.by()));
        }
    }

    private record Abort(CulvertException cause, @Nullable BridgeSide by) {}
}
