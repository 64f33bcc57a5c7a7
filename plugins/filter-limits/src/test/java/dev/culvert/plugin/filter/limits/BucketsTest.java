package dev.culvert.plugin.filter.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketsTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    // Clocks of this kind may begin anywhere, also just before they wrap.
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND);

    @Test
    void aBurstComesAtOnceAndThenOneAtATime() {
        Buckets buckets = new Buckets(SECOND, 3, 10, clock::get);

        assertThat(buckets.take("a")).isZero();
        assertThat(buckets.take("a")).isZero();
        assertThat(buckets.take("a")).isZero();
        assertThat(buckets.take("a")).isEqualTo(SECOND);
        clock.addAndGet(SECOND);
        assertThat(buckets.take("a")).isZero();
        assertThat(buckets.take("a")).isEqualTo(SECOND);
    }

    @Test
    void aPauseGivesTheBurstBackAndNoMore() {
        Buckets buckets = new Buckets(SECOND, 2, 10, clock::get);
        buckets.take("a");
        buckets.take("a");

        clock.addAndGet(1000 * SECOND);

        assertThat(buckets.take("a")).isZero();
        assertThat(buckets.take("a")).isZero();
        assertThat(buckets.take("a")).isPositive();
    }

    @Test
    void keysDoNotShare() {
        Buckets buckets = new Buckets(SECOND, 1, 10, clock::get);

        assertThat(buckets.take("a")).isZero();
        assertThat(buckets.take("b")).isZero();
    }

    @Test
    void aFullTableGrowsNoFurtherAndGivesStrangersOneLimitTogether() {
        Buckets buckets = new Buckets(SECOND, 5, 100, clock::get);
        for (int i = 0; i < 100; i++) {
            assertThat(buckets.take("known " + i)).isZero();
        }

        int let = 0;
        for (int i = 0; i < 1000; i++) {
            let += buckets.take("stranger " + i) == 0 ? 1 : 0;
        }

        assertThat(let).isEqualTo(5);
        assertThat(buckets.size()).isEqualTo(100);
        assertThat(buckets.take("known 7")).isZero();
    }

    @Test
    void whatIsAsGoodAsNewMakesRoom() {
        Buckets buckets = new Buckets(SECOND, 1, 100, clock::get);
        for (int i = 0; i < 100; i++) {
            buckets.take("known " + i);
        }
        clock.addAndGet(2 * SECOND);

        for (int i = 0; i < 100; i++) {
            assertThat(buckets.take("new " + i)).isZero();
        }
        assertThat(buckets.size()).isLessThanOrEqualTo(100);
    }

    @Test
    void theLargestBurstDoesNotOverflow() {
        Buckets buckets = new Buckets(TimeUnit.HOURS.toNanos(1), 1_000_000_000, 10, clock::get);

        assertThat(buckets.take("a")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"50/s", "1000/m", "10000/h", "1/s"})
    void aRateReadsAsItIsWritten(String text) {
        assertThat(Rate.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "50",
                "/s",
                "0/s",
                "-1/s",
                "50/d",
                "50 / s",
                "5.5/s",
                "99999999999/s",
                "2000000000/s",
                "50/s/s"
            })
    void whatIsNoRateIsRefused(String text) {
        assertThatThrownBy(() -> Rate.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
