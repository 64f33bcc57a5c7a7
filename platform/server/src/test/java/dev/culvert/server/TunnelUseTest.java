package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.engine.config.TunnelLimits;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.TunnelError;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TunnelUseTest {

    private final TunnelUse use = new TunnelUse();

    @Test
    void oneVisitorTooManyIsRefusedUntilOneHasGone() {
        TunnelLimits two = new TunnelLimits(null, 2, null);
        Runnable first = use.enter("web", two, visitor("10.0.0.1"));
        use.enter("web", two, visitor("10.0.0.2"));

        assertThatThrownBy(() -> use.enter("web", two, visitor("10.0.0.3")))
                .hasMessageContaining("max_connections: 2")
                .satisfies(failure ->
                        assertThat(((CulvertException) failure).code()).isEqualTo(TunnelError.VISITOR_LIMIT));
        first.run();
        first.run(); // twice is once

        use.enter("web", two, visitor("10.0.0.3"));
        assertThatThrownBy(() -> use.enter("web", two, visitor("10.0.0.4"))).isInstanceOf(CulvertException.class);
    }

    @Test
    void oneSourceDoesNotTakeThePlacesOfTheOthers() {
        TunnelLimits one = new TunnelLimits(null, 10, 1);
        use.enter("web", one, visitor("10.0.0.1"));
        use.enter("web", one, visitor("2001:db8:1:2::1"));

        assertThatThrownBy(() -> use.enter("web", one, visitor("10.0.0.1")))
                .satisfies(failure ->
                        assertThat(((CulvertException) failure).code()).isEqualTo(TunnelError.SOURCE_LIMIT));
        assertThatThrownBy(() -> use.enter("web", one, visitor("2001:db8:1:2::ffff")))
                .as("another address of the same network")
                .isInstanceOf(CulvertException.class);
        use.enter("web", one, visitor("2001:db8:1:3::1"));
        assertThat(use.visitors()).as("who was refused is not counted").isEqualTo(3);
    }

    @Test
    void nobodyInParticularIsNotCounted() {
        use.enter("web", new TunnelLimits(null, 1, 1), null);

        assertThat(use.visitors()).isZero();
    }

    @Test
    void sessionsWithTheSameBandwidthShareIt() {
        TunnelLimits limits = new TunnelLimits(DataSize.ofKibibytes(10), null, null);

        RateLimits first = use.rates(limits);

        assertThat(use.rates(new TunnelLimits(DataSize.ofKibibytes(10), 5, null)))
                .isSameAs(first);
        assertThat(use.rates(TunnelLimits.NONE)).isSameAs(RateLimits.NONE);
    }

    @Test
    void limitsSurviveTheWireAndWhatIsNoneIsRefused() {
        TunnelLimits limits = new TunnelLimits(DataSize.ofMebibytes(1), 100, 5);
        Map<String, Object> parameters = new java.util.HashMap<>();
        limits.writeTo(parameters);

        assertThat(TunnelLimits.of(parameters)).isEqualTo(limits);
        assertThat(TunnelLimits.of(Map.of())).isEqualTo(TunnelLimits.NONE);
        assertThatThrownBy(() -> TunnelLimits.of(Map.of("max_connections", "many")))
                .hasMessageContaining("max_connections: many (expected: a whole number)");
        assertThatThrownBy(() -> TunnelLimits.of(Map.of("max_connections", 0))).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> TunnelLimits.of(Map.of("bandwidth", 10))).hasMessageContaining("at least 1");
    }

    private static InetSocketAddress visitor(String host) {
        return new InetSocketAddress(host, 1234);
    }
}
