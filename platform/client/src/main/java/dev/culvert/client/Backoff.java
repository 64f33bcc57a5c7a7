package dev.culvert.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next attempt: exponential with full jitter, so that a thousand clients of a restarted
 * server do not come back at once. For the first half minute the bound stays low, since most outages are restarts.
 */
final class Backoff {

    private static final long FIRST_MILLIS = 100;
    private static final long EARLY_BOUND_MILLIS = 1_200;
    private static final long EARLY_NANOS = Duration.ofSeconds(30).toNanos();

    private final long longestMillis;
    private int attempts;
    private long firstFailure;

    Backoff(Duration longest) {
        longestMillis = longest.toMillis();
    }

    /** The next pause. */
    Duration next() {
        long now = System.nanoTime();
        if (attempts == 0) {
            firstFailure = now;
        }
        boolean early = now - firstFailure < EARLY_NANOS;
        long bound = Math.min(FIRST_MILLIS << Math.min(attempts, 20), early ? EARLY_BOUND_MILLIS : longestMillis);
        attempts++;
        return Duration.ofMillis(ThreadLocalRandom.current()
                .nextLong(1, Math.max(2, Math.min(bound, longestMillis) + 1)));
    }

    /** The longest pause, jittered, for what a retry will hardly mend. */
    Duration longest() {
        attempts++;
        return Duration.ofMillis(
                longestMillis / 2 + ThreadLocalRandom.current().nextLong(Math.max(1, longestMillis / 2)));
    }

    /** The connection stood: the next failure begins anew. */
    void reset() {
        attempts = 0;
    }
}
