package dev.culvert.engine.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateLimitTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int RATE = 1_000_000;

    private long now = Long.MAX_VALUE - SECOND; // the clock may wrap around
    private final RateLimit limit = new RateLimit(RATE, () -> now);

    @Test
    void aQuarterOfASecondIsSavedUp() {
        assertThat(limit.take(RATE / 4)).isZero();
        assertThat(limit.take(1)).isEqualTo(1000);

        now += 10 * SECOND;

        assertThat(limit.take(RATE / 4)).isZero();
        assertThat(limit.take(RATE)).isEqualTo(SECOND);
    }

    @Test
    void whatOneOfTwoRefusesIsNotTakenFromTheOther() {
        RateLimit tunnel = new RateLimit(RATE / 100, () -> now);
        Rate both = Rate.both(limit, tunnel);
        assertThat(both.offer(RATE / 10)).isTrue(); // the tunnel owes now
        now += SECOND;

        for (int i = 0; i < 1000; i++) {
            assertThat(both.offer(1000)).as("a datagram of the tunnel").isFalse();
        }

        assertThat(limit.take(RATE / 4)).as("what the account had saved up").isZero();
        assertThat(Rate.both(tunnel, limit).offer(1)).as("the other way round").isFalse();
        assertThat(both.isFree()).isFalse();
    }

    @Test
    void whoWaitsAsToldKeepsTheRate() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long start = now;
        long bytes = 0;
        while (now - start < 1000 * SECOND) {
            int read = 1 + random.nextInt(128 * 1024);
            bytes += read;
            now += limit.take(read) + random.nextInt(1000);
        }

        double seconds = (now - start) / (double) SECOND;
        assertThat(bytes / seconds).as("seed %d", seed).isBetween(RATE * 0.99, RATE * 1.01);
    }

    @Test
    void manyTogetherKeepTheRateOfOne() {
        long[] free = new long[50];
        java.util.Arrays.fill(free, now);
        long start = now;
        long bytes = 0;
        for (; now - start < 100 * SECOND; now += SECOND / 1000) {
            for (int i = 0; i < free.length; i++) {
                if (now - free[i] >= 0) {
                    bytes += 64 * 1024;
                    free[i] = now + limit.take(64 * 1024);
                }
            }
        }

        // Each of them may be ahead by what it read last.
        assertThat(bytes).isBetween(99L * RATE, 101L * RATE + 50 * 64 * 1024);
    }
}
