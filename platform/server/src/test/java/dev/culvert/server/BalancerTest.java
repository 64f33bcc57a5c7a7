package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.Balance;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Member;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose turn it is. */
final class BalancerTest {

    private static final Member ALONE = new Member("a", "1", Balance.COOKIE, 1);
    private static final Member OTHER = new Member("b", "2", Balance.COOKIE, 1);

    private final Balancer balancer = new Balancer();

    @Test
    void sayingTheCookieOfARequestIsNoTurn() {
        List<Candidate> found = List.of(new Idle("a1", ALONE), new Idle("a2", ALONE), new Idle("b1", OTHER));
        String token = balancer.token(ALONE, found);
        List<String> sessions = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
            List<Candidate> order = balancer.order(found, StreamOrigin.UNKNOWN, token);
            sessions.add(order.get(0).session());
            assertThat(balancer.token(ALONE, order)).isEqualTo(token);
        }

        // Both sessions of the client that the cookie leads to, by turns.
        assertThat(sessions).containsExactly("a1", "a2", "a1", "a2");
    }

    /** A session without streams that is never used. */
    private record Idle(String session, Member member) implements Candidate {

        @Override
        public int load() {
            return 0;
        }

        @Override
        public Future<TunnelStream> openStream(StreamOrigin origin) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<Duration> ping() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void evict(CulvertException cause) {}
    }
}
