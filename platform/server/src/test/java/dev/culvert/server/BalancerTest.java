package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.Balance;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Member;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    @Test
    void turnsAreEvenlySpreadAndAsManyAsTheWeightsSay() {
        List<Candidate> found = List.of(
                member("a", Balance.ROUND_ROBIN, 5),
                member("b", Balance.ROUND_ROBIN, 2),
                member("c", Balance.ROUND_ROBIN, 1));

        StringBuilder turns = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            turns.append(first(balancer.order(found, StreamOrigin.UNKNOWN, null)));
        }

        // Smooth: nobody has all of its turns in a row.
        assertThat(turns.toString()).isEqualTo("abaacaba".repeat(2));
    }

    @Test
    void whoeverHasTheFewestStreamsForItsWeightIsNext() {
        Member heavy = new Member("heavy", "1", Balance.LEAST_STREAMS, 4);
        Member light = new Member("light", "1", Balance.LEAST_STREAMS, 1);

        assertThat(next(new Idle("heavy", heavy, 7), new Idle("light", light, 2)))
                .isEqualTo("heavy");
        assertThat(next(new Idle("heavy", heavy, 9), new Idle("light", light, 2)))
                .isEqualTo("light");
    }

    @Test
    void sourcesAreSharedInProportionToTheWeights() {
        Map<String, Integer> counts = new HashMap<>();
        sources(List.of(hashed("a", 1), hashed("b", 2), hashed("c", 3), hashed("d", 4)))
                .values()
                .forEach(name -> counts.merge(name, 1, Integer::sum));

        // Of a binomial distribution; five standard deviations are less than 250.
        assertThat(counts.get("a")).isBetween(750, 1250);
        assertThat(counts.get("b")).isBetween(1750, 2250);
        assertThat(counts.get("c")).isBetween(2750, 3250);
        assertThat(counts.get("d")).isBetween(3750, 4250);
    }

    @Test
    void onlySourcesMoveWhoseClientLeavesOrComesOrChangesItsWeight() {
        Candidate a = hashed("a", 1);
        Candidate b = hashed("b", 2);
        Candidate c = hashed("c", 3);
        Map<InetAddress, String> all = sources(List.of(a, b, c));

        assertThat(sources(List.of(c, a, b))).as("in another order").isEqualTo(all);
        Map<InetAddress, String> without = sources(List.of(a, c));
        Map<InetAddress, String> heavier = sources(List.of(a, hashed("b", 4), c));
        all.forEach((source, name) -> {
            if (!name.equals("b")) {
                assertThat(without).containsEntry(source, name);
            }
            assertThat(heavier.get(source)).isIn(name, "b");
        });
        assertThat(heavier.values().stream().filter("b"::equals).count())
                .isGreaterThan(all.values().stream().filter("b"::equals).count());
    }

    private Map<InetAddress, String> sources(List<Candidate> found) {
        Map<InetAddress, String> names = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            InetAddress source = address(10, 0, i >> 8, i & 0xff);
            StreamOrigin origin = new StreamOrigin(new InetSocketAddress(source, 1), null);
            names.put(source, first(balancer.order(found, origin, null)));
        }
        return names;
    }

    private String next(Candidate... found) {
        return first(balancer.order(List.of(found), StreamOrigin.UNKNOWN, null));
    }

    private static Candidate hashed(String name, int weight) {
        return member(name, Balance.SOURCE_HASH, weight);
    }

    private static Candidate member(String name, Balance balance, int weight) {
        return new Idle(name, new Member(name, "1", balance, weight));
    }

    private static String first(List<Candidate> order) {
        return order.get(0).session();
    }

    private static InetAddress address(int... bytes) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {(byte) bytes[0], (byte) bytes[1], (byte) bytes[2], (byte) bytes[3]});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A session that is never used. */
    private record Idle(String session, Member member, int load) implements Candidate {

        Idle(String session, Member member) {
            this(session, member, 0);
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
