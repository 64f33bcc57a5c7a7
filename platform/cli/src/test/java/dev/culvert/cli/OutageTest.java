package dev.culvert.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutageTest {

    private static final CulvertException DOWN = new CulvertException(WireError.UNREACHABLE, "server x: refused.");

    private long now = Long.MAX_VALUE - 7; // the clock may wrap around
    private final Outage outage = new Outage(() -> now);

    @Test
    void anOutageOfANightIsAFewLines() {
        List<String> lines = new ArrayList<>();
        for (int seconds = 0; seconds < 12 * 3600; seconds += 10) {
            String line = outage.line(DOWN, Duration.ofSeconds(10));
            if (line != null) {
                lines.add(line);
            }
            now += Duration.ofSeconds(10).toNanos();
        }

        assertThat(lines).hasSizeBetween(10, 25);
        assertThat(lines.get(0)).isEqualTo(DOWN.getMessage() + " Next attempt in 10000 ms.");
        assertThat(lines.get(1))
                .isEqualTo("no session for 30 s, 4 attempts, the last: CLV-4003. Next attempt in 10000 ms.");
        assertThat(lines.get(2)).startsWith("no session for 90 s, ");
    }

    @Test
    void anotherReasonIsSaidAtOnceAndOnce() {
        CulvertException refused = new CulvertException(AuthError.CREDENTIAL_REJECTED, "no.");

        assertThat(outage.line(DOWN, Duration.ZERO)).startsWith("CLV-4003");
        assertThat(outage.line(refused, Duration.ZERO)).startsWith("CLV-2001");
        assertThat(outage.line(DOWN, Duration.ZERO)).isNull();
        assertThat(outage.line(refused, Duration.ZERO)).isNull();
    }

    @Test
    void theNextOutageIsSaidAnew() {
        outage.line(DOWN, Duration.ZERO);
        outage.over();

        assertThat(outage.line(DOWN, Duration.ZERO)).startsWith("CLV-4003");
    }
}
