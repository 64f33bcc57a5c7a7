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
    private final Runnable answered;
    private final Consumer<BridgeEnd> ended;
    private final long startNanos = System.nanoTime();
    private long in;
    private long out;
    private boolean isAnswered;
    private boolean over;

    /**
     * Begins a visit; the log has its first line already.
     *
     * @param limits how fast, from the visitor and to it
     * @param answered told once, when something first goes to the visitor
     * @param ended told once, in the terms of a bridge from visitor to service
     */
    public LoggedVisit(RateLimits limits, Runnable answered, Consumer<BridgeEnd> ended) {
        this.limits = limits;
        this.answered = answered;
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
        if (!isAnswered) {
            isAnswered = true;
            answered.run();
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
