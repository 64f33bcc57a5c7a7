package dev.culvert.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class SourceCountsTest {

    private final SourceCounts counts = new SourceCounts(2);

    @Test
    void aSourceHasNoMoreThanItMayAndOthersTheirOwn() {
        assertThat(counts.enter(from("192.0.2.1"))).isTrue();
        assertThat(counts.enter(from("192.0.2.1"))).isTrue();
        assertThat(counts.enter(from("192.0.2.1"))).isFalse();
        assertThat(counts.enter(from("192.0.2.2"))).isTrue();

        counts.leave(from("192.0.2.1"));

        assertThat(counts.enter(from("192.0.2.1"))).isTrue();
        assertThat(counts.enter(from("192.0.2.1"))).isFalse();
    }

    @Test
    void aNetworkOf64BitsIsOneSource() {
        assertThat(counts.enter(from("2001:db8::1"))).isTrue();
        assertThat(counts.enter(from("2001:db8::ffff:1"))).isTrue();
        assertThat(counts.enter(from("2001:db8::2"))).isFalse();
        assertThat(counts.enter(from("2001:db8:0:1::1"))).isTrue();
    }

    @Test
    void nobodyInParticularIsNotCounted() {
        for (int i = 0; i < 5; i++) {
            assertThat(counts.enter(null)).isTrue();
        }
        counts.leave(null);
        assertThatIllegalArgumentException().isThrownBy(() -> new SourceCounts(0));
    }

    private static InetSocketAddress from(String address) {
        return new InetSocketAddress(address, 1234);
    }
}
