package dev.culvert.engine.bridge;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How fast a bridge may read from each of its two channels.
 *
 * @param a the limit of the first, or null
 * @param b the limit of the second, or null
 */
public record RateLimits(@Nullable Rate a, @Nullable Rate b) {

    /** As fast as it goes. */
    public static final RateLimits NONE = new RateLimits(null, null);

    /** The same rate for each of the two, each with a bucket of its own. */
    public static RateLimits each(long bytesPerSecond) {
        return new RateLimits(new RateLimit(bytesPerSecond), new RateLimit(bytesPerSecond));
    }

    /** The same limits; says for how many nanoseconds each of the two channels was held back. */
    public RateLimits noting(LongConsumer held) {
        return equals(NONE) ? this : new RateLimits(Rate.noting(a, held), Rate.noting(b, held));
    }

    /** These limits and others. */
    public RateLimits and(RateLimits others) {
        return new RateLimits(Rate.both(a, others.a), Rate.both(b, others.b));
    }
}
