package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.Visit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A visitor that no bridge carries, as a test sees it. */
public final class KitVisit implements Visit {

    private final AtomicLong in = new AtomicLong();
    private final AtomicLong out = new AtomicLong();
    private final AtomicInteger ends = new AtomicInteger();
    private volatile @Nullable CulvertException failure;
    private volatile boolean exhausted;

    KitVisit() {}

    /** From now on the bandwidth is used up. */
    public void exhaust() {
        exhausted = true;
    }

    /** How many bytes came from the visitor. */
    public long bytesIn() {
        return in.get();
    }

    /** How many bytes came from the service. */
    public long bytesOut() {
        return out.get();
    }

    /** Whether it has ended, and how often it was told so. */
    public int ends() {
        return ends.get();
    }

    /** Why it ended, if not normally. */
    public Optional<CulvertException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public boolean in(int bytes) {
        in.addAndGet(exhausted ? 0 : bytes);
        return !exhausted;
    }

    @Override
    public boolean out(int bytes) {
        out.addAndGet(exhausted ? 0 : bytes);
        return !exhausted;
    }

    @Override
    public void end(@Nullable CulvertException cause) {
        failure = cause;
        ends.incrementAndGet();
    }
}
