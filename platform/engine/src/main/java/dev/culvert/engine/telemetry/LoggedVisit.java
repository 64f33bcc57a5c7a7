package dev.culvert.engine.telemetry;

import dev.culvert.engine.bridge.BridgeEnd;
import dev.culvert.engine.bridge.Rate;
import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.Visit;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts a visitor's bytes within its share of the bandwidth, and tells the log when it is gone. */
public final class LoggedVisit implements Visit {

    private final RateLimits limits;
    private final Consumer<BridgeEnd> ended;
    private final long startNanos = System.nanoTime();
    private long in;
    private long out;
    private boolean over;

    /**
     * Begins a visit; the log has its first line already.
     *
     * @param limits how fast, from the visitor and to it
     * @param ended told once, in the terms of a bridge from visitor to service
     */
    public LoggedVisit(RateLimits limits, Consumer<BridgeEnd> ended) {
        this.limits = limits;
        this.ended = ended;
    }

    @Override
    public boolean in(int bytes) {
        if (exceeds(limits.a(), bytes)) {
            return false;
        }
        in += bytes;
        return true;
    }

    @Override
    public boolean out(int bytes) {
        if (exceeds(limits.b(), bytes)) {
            return false;
        }
        out += bytes;
        return true;
    }

    @Override
    public void end(@Nullable CulvertException cause) {
        if (!over) {
            over = true;
            ended.accept(new BridgeEnd(in, out, Duration.ofNanos(System.nanoTime() - startNanos), cause, null));
        }
    }

    private static boolean exceeds(@Nullable Rate limit, int bytes) {
        return limit != null && !limit.offer(bytes);
    }
}
