package dev.culvert.engine.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.engine.bridge.BridgeEnd;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TrafficTest {

    private static final CulvertException RESET = new CulvertException(WireError.STREAM_RESET, "it was reset.");

    private final Traffic host = new Traffic();
    private final Traffic session = new Traffic();

    @Test
    void aStreamCountsWhereverItBelongsAndOnce() {
        Traffic.Flow flow = Traffic.open(host, session);
        assertThat(host.status().streams()).isEqualTo(1);
        assertThat(session.status().requests()).isEqualTo(1);

        flow.closed(new BridgeEnd(5, 7, Duration.ZERO, RESET, null));
        flow.closed(new BridgeEnd(5, 7, Duration.ZERO, RESET, null));

        assertThat(session.status()).isEqualTo(status(session, 5, 7, 0, 1, 1));
        assertThat(host.status()).isEqualTo(status(host, 5, 7, 0, 1, 1));
    }

    @Test
    void aStreamOfManyRequestsIsOpenWhileItCarriesOne() {
        Traffic.carries(host, session);
        assertThat(session.status().streams()).isEqualTo(1);
        assertThat(session.status().requests()).isZero();

        Traffic.rests(host, session);
        session.requestEnded(3, 4, false);
        session.refused();

        assertThat(session.status()).isEqualTo(status(session, 3, 4, 0, 2, 1));
        assertThat(host.status().streams()).isZero();
    }

    @Test
    void askingIsNoActivity() {
        session.requestEnded(3, 4, false);
        Instant ended = session.status().lastActive();
        Instant asked = Instant.now();
        while (!Instant.now().isAfter(asked)) {
            Thread.onSpinWait();
        }

        assertThat(session.status().lastActive()).isEqualTo(ended).isBeforeOrEqualTo(asked);
        assertThat(host.status().lastActive()).isNull();
    }

    private static TrafficStatus status(Traffic of, long in, long out, int streams, long requests, long errors) {
        TrafficStatus now = of.status();
        return new TrafficStatus(now.created(), now.lastActive(), in, out, streams, requests, errors);
    }
}
