package dev.culvert.engine.bridge;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A token bucket for bytes, shared by all who are to stay within one rate together. Thread-safe.
 *
 * <p>What has been read is read: it is always taken, if need be on credit, and the reader is told for how long to read no
 * more. So nothing waits in memory and nothing is lost, and the rate is kept on average.
 */
public final class RateLimit implements Rate {

    /** How much of the rate may be saved up while nothing moves. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final long bytesPerSecond;
    private final LongSupplier nanoClock;

    /** When all that was taken will have been earned, on the clock; the bucket is full a burst after that. */
    private final AtomicLong earnedAt;

    /**
     * A full bucket.
     *
     * @param bytesPerSecond at least 1
     */
    public RateLimit(long bytesPerSecond) {
        this(bytesPerSecond, System::nanoTime);
    }

    /**
     * A full bucket on a clock.
     *
     * @param bytesPerSecond at least 1
     * @param nanoClock like {@link System#nanoTime()}
     */
    public RateLimit(long bytesPerSecond, LongSupplier nanoClock) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("rate: " + bytesPerSecond + " (expected: at least 1 byte a second)");
        }
        this.bytesPerSecond = bytesPerSecond;
        this.nanoClock = nanoClock;
        earnedAt = new AtomicLong(nanoClock.getAsLong() - BURST_NANOS);
    }

    @Override
    public long take(int bytes) {
        long cost = (long) Math.ceil(bytes * 1e9 / bytesPerSecond);
        while (true) {
            long now = nanoClock.getAsLong();
            long before = earnedAt.get();
            long from = before - (now - BURST_NANOS) > 0 ? before : now - BURST_NANOS;
            if (earnedAt.compareAndSet(before, from + cost)) {
                return Math.max(0, from + cost - now);
            }
        }
    }

    @Override
    public boolean isFree() {
        return earnedAt.get() - nanoClock.getAsLong() <= 0;
    }

    @Override
    public boolean offer(int bytes) {
        long cost = (long) Math.ceil(bytes * 1e9 / bytesPerSecond);
        while (true) {
            long now = nanoClock.getAsLong();
            long before = earnedAt.get();
            long from = before - (now - BURST_NANOS) > 0 ? before : now - BURST_NANOS;
            if (from - now > 0) {
                return false;
            }
            if (earnedAt.compareAndSet(before, from + cost)) {
                return true;
            }
        }
    }
}
