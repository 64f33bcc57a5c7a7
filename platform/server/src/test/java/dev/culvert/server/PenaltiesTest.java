package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.SourceNetwork;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PenaltiesTest {

    private static final InetSocketAddress STRANGER = new InetSocketAddress("192.0.2.1", 1);

    private long now = Long.MAX_VALUE - 5; // the clock may wrap around
    private final Penalties penalties = new Penalties(
            new StrangerLimits(1000, 64, 10, Duration.ofMinutes(10), List.of(SourceNetwork.parse("127.0.0.0/8"))),
            () -> now);

    @Test
    void afterAFewFailuresEachPutsTheNextAttemptOffForLonger() {
        for (int i = 0; i < Penalties.FREE; i++) {
            penalties.failed(STRANGER, false);
            assertThat(penalties.of(STRANGER)).isNull();
        }
        for (int seconds = 1; seconds <= 32; seconds *= 2) {
            assertThat(penalties.failed(STRANGER, false)).isFalse();
            assertThat(penalties.of(STRANGER).left()).isEqualTo(Duration.ofSeconds(Math.min(30, seconds)));
            pass(Duration.ofSeconds(Math.min(30, seconds)));
            assertThat(penalties.of(STRANGER)).isNull();
        }
    }

    @Test
    void enoughFailuresBanForATimeAndThenAreForgotten() {
        for (int i = 0; i < 9; i++) {
            assertThat(penalties.failed(STRANGER, false)).isFalse();
        }
        assertThat(penalties.failed(STRANGER, false)).isTrue();
        assertThat(penalties.failed(STRANGER, false)).as("banned already").isFalse();
        assertThat(penalties.of(STRANGER).banned()).isTrue();
        assertThat(penalties.banned()).isOne();

        pass(Duration.ofMinutes(10).minusNanos(1));
        assertThat(penalties.of(STRANGER).banned()).isTrue();
        pass(Duration.ofNanos(1));

        assertThat(penalties.of(STRANGER)).isNull();
        assertThat(penalties.banned()).isZero();
        assertThat(penalties.remembered()).isZero();
        assertThat(penalties.failed(STRANGER, false)).isFalse();
    }

    @Test
    void failuresLongAgoDoNotCount() {
        for (int i = 0; i < 30; i++) {
            assertThat(penalties.failed(STRANGER, false)).isFalse();
            pass(Duration.ofMinutes(10));
        }
        assertThat(penalties.of(STRANGER)).isNull();
    }

    @Test
    void anIpv6SourceIsItsNetworkAndAMappedOneItsIpv4Address() {
        for (int i = 0; i < 10; i++) {
            penalties.failed(new InetSocketAddress("2001:db8:0:1::" + i, 1), false);
            penalties.failed(new InetSocketAddress(i % 2 == 0 ? "192.0.2.9" : "::ffff:192.0.2.9", 1), false);
        }

        assertThat(penalties
                        .of(new InetSocketAddress("2001:db8:0:1:ffff::1", 1))
                        .banned())
                .isTrue();
        assertThat(penalties.of(new InetSocketAddress("2001:db8:0:2::1", 1))).isNull();
        assertThat(penalties.of(new InetSocketAddress("192.0.2.9", 1)).banned()).isTrue();
    }

    @Test
    void exemptNetworksAreNeverPutOff() {
        for (int i = 0; i < 100; i++) {
            assertThat(penalties.failed(new InetSocketAddress("127.0.0.2", 1), false))
                    .isFalse();
        }
        assertThat(penalties.of(new InetSocketAddress("127.0.0.2", 1))).isNull();
    }

    @Test
    void whereAClientHasLoggedInOnlyWrongCredentialsCount() {
        penalties.loggedIn(STRANGER);
        pass(Duration.ofDays(1));
        for (int i = 0; i < 30; i++) {
            assertThat(penalties.failed(STRANGER, false))
                    .as("its session is there")
                    .isFalse();
        }
        penalties.gone(STRANGER);
        pass(Duration.ofMinutes(10).minusNanos(1));
        assertThat(penalties.failed(STRANGER, false)).as("it was there lately").isFalse();
        assertThat(penalties.of(STRANGER)).isNull();
        for (int i = 0; i < 9; i++) {
            assertThat(penalties.failed(STRANGER, true)).isFalse();
        }
        assertThat(penalties.failed(STRANGER, true)).as("somebody guesses").isTrue();
    }

    @Test
    void aClientThatWasThereLongAgoIsAStrangerAgain() {
        penalties.loggedIn(STRANGER);
        penalties.gone(STRANGER);
        pass(Duration.ofMinutes(10));
        for (int i = 0; i < 9; i++) {
            penalties.failed(STRANGER, false);
        }

        assertThat(penalties.failed(STRANGER, false)).isTrue();
    }

    @Test
    void aNumberOfSourcesIsRemembered() {
        penalties.failed(STRANGER, false);
        for (int i = 0; i < 3 * Penalties.MOST_SOURCES; i++) {
            penalties.failed(
                    new InetSocketAddress("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), 1), false);
        }
        assertThat(penalties.remembered()).isEqualTo(Penalties.MOST_SOURCES);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
