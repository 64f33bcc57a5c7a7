package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PendingLoginsTest {

    @Test
    void oneSourceHasItsLimitAndAllHaveTheirs() {
        PendingLogins pending = new PendingLogins(5, 2);

        assertThat(pending.enter(address("192.0.2.1"))).isTrue();
        assertThat(pending.enter(address("::ffff:192.0.2.1"))).isTrue();
        assertThat(pending.enter(address("192.0.2.1"))).isFalse();
        assertThat(pending.enter(address("2001:db8::1"))).isTrue();
        assertThat(pending.enter(address("2001:db8::ffff:1"))).isTrue();
        assertThat(pending.enter(address("2001:db8::2"))).isFalse();
        assertThat(pending.enter(address("2001:db8:0:1::1"))).isTrue();
        assertThat(pending.enter(address("192.0.2.2"))).as("all").isFalse();

        pending.leave(address("192.0.2.1"));

        assertThat(pending.enter(address("192.0.2.2"))).isTrue();
        assertThat(pending.count()).isEqualTo(5);
    }

    @Test
    void aFloodOfLinesIsANumber() {
        long[] now = {0};
        StrangerLog log = new StrangerLog(() -> now[0]);
        var cause = new dev.culvert.spi.CulvertException(dev.culvert.spi.WireError.PROTOCOL_VIOLATION, "x.");
        for (int i = 0; i < 20; i++) {
            log.refused(address("192.0.2.1"), "main", cause);
        }
        assertThat(log.suppressed()).isEqualTo(20 - StrangerLog.LINES_PER_SOURCE);
        for (int i = 0; i < 100; i++) {
            log.refused(address("192.0.2." + i), "main", cause);
        }
        assertThat(log.suppressed()).isEqualTo(120 - StrangerLog.LINES);

        now[0] += TimeUnit.SECONDS.toNanos(1);
        log.refused(address("192.0.2.1"), "main", cause);

        assertThat(log.suppressed()).isEqualTo(120 - StrangerLog.LINES);
    }

    private static InetSocketAddress address(String host) {
        return new InetSocketAddress(host, 1);
    }
}
