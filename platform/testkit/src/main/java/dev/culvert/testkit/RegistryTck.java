package dev.culvert.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Rights;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Claim;
import dev.culvert.spi.registry.ClaimResult;
import dev.culvert.spi.registry.ClaimResult.Granted;
import dev.culvert.spi.registry.ClaimResult.Held;
import dev.culvert.spi.registry.Lease;
import dev.culvert.spi.registry.Registry;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link Registry} promises. Its extender supplies an empty one for each test, and a way to let reservations
 * end without waiting for a day.
 */
public abstract class RegistryTck {

    private static final String KEY = "tcp://:7000";

    private Registry registry;

    /** An empty registry that keeps reservations until {@link #endReservations} is called. */
    protected abstract Registry registry();

    /** Lets so much time pass that every reservation made so far ends. */
    protected abstract void endReservations();

    @BeforeEach
    final void make() {
        registry = registry();
    }

    @AfterEach
    final void close() {
        registry.close();
    }

    @Test
    final void aFreeEndpointIsGrantedAndFirst() {
        Claim claim = claim(KEY, "alice", "laptop", OnConflict.REJECT);

        Granted granted = granted(claim);

        assertThat(granted.first()).isTrue();
        assertThat(granted.replaced()).isEmpty();
        assertThat(granted.lease().claim()).isEqualTo(claim);
        assertThat(find(KEY)).containsExactly(claim.candidate());
    }

    @Test
    final void endpointsDoNotConcernEachOther() {
        granted(claim(KEY, "alice", "laptop", OnConflict.REJECT));

        assertThat(granted(claim("tcp://:7001", "bob", "desk", OnConflict.REJECT))
                        .first())
                .isTrue();
        assertThat(find("tcp://:7002")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    final void anotherAccountNeverGetsAHeldEndpoint(OnConflict wish) {
        Granted alice = granted(claim(KEY, "alice", "laptop", OnConflict.BALANCE));

        Held held = held(claim(KEY, "bob", "desk", wish));

        assertThat(held.holders()).containsExactly(alice.lease());
        assertThat(held.owner()).isEqualTo("alice");
        assertThat(held.sameAccount()).isFalse();
        assertThat(renew(alice.lease())).isTrue();
        assertThat(find(KEY)).containsExactly(alice.lease().claim().candidate());
    }

    @ParameterizedTest
    @EnumSource
    final void anotherAccountNeverGetsAReservedEndpoint(OnConflict wish) {
        release(granted(claim(KEY, "alice", "laptop", OnConflict.REPLACE)), true);

        Held held = held(claim(KEY, "bob", "desk", wish));

        assertThat(held.holders()).isEmpty();
        assertThat(held.owner()).isEqualTo("alice");
        assertThat(held.sameAccount()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    final void itsAccountComesBackToAReservedEndpoint(OnConflict wish) {
        release(granted(claim(KEY, "alice", "laptop", OnConflict.REJECT)), true);
        assertThat(find(KEY)).isEmpty();
        assertThat(owned(KEY)).isTrue();

        Claim again = claim(KEY, "alice", "other", wish);
        Granted granted = granted(again);

        assertThat(granted.first()).as("the endpoint is public already").isFalse();
        assertThat(granted.replaced()).isEmpty();
        assertThat(find(KEY)).containsExactly(again.candidate());
    }

    @Test
    final void aReservationEnds() {
        release(granted(claim(KEY, "alice", "laptop", OnConflict.REJECT)), true);

        endReservations();

        assertThat(owned(KEY)).isFalse();
        assertThat(granted(claim(KEY, "bob", "desk", OnConflict.REJECT)).first())
                .isTrue();
    }

    @Test
    final void whoHoldsAnEndpointAgainNeedsNoReservation() {
        release(granted(claim(KEY, "alice", "laptop", OnConflict.REJECT)), true);
        Granted again = granted(claim(KEY, "alice", "laptop", OnConflict.REJECT));

        endReservations();

        assertThat(renew(again.lease())).isTrue();
        held(claim(KEY, "bob", "desk", OnConflict.REPLACE));
    }

    @Test
    final void anEndpointGivenUpWithoutReservationIsFreeAtOnce() {
        release(granted(claim(KEY, "alice", "laptop", OnConflict.REJECT)), false);

        assertThat(owned(KEY)).isFalse();
        assertThat(granted(claim(KEY, "bob", "desk", OnConflict.REJECT)).first())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    final void sessionsOfOneClientHoldAnEndpointTogether(OnConflict wish) {
        Claim first = claim(KEY, "alice", "laptop", wish);
        Claim second = claim(KEY, "alice", "laptop", wish);
        Lease lease = granted(first).lease();

        Granted granted = granted(second);

        assertThat(granted.first()).isFalse();
        assertThat(granted.replaced()).isEmpty();
        assertThat(renew(lease)).isTrue();
        assertThat(find(KEY)).containsExactlyInAnyOrder(first.candidate(), second.candidate());
    }

    @Test
    final void anEndpointStaysWithWhoIsLeft() {
        Claim stays = claim(KEY, "alice", "laptop", OnConflict.REJECT);
        Granted goes = granted(claim(KEY, "alice", "laptop", OnConflict.REJECT));
        granted(stays);

        release(goes, false);

        assertThat(find(KEY)).containsExactly(stays.candidate());
        held(claim(KEY, "bob", "desk", OnConflict.REPLACE));
    }

    @ParameterizedTest
    @EnumSource(mode = EXCLUDE, names = "REPLACE")
    final void anotherClientOfTheAccountIsHeldOffByOneThatRejects(OnConflict wish) {
        Granted holder = granted(claim(KEY, "alice", "laptop", OnConflict.REJECT));

        Held held = held(claim(KEY, "alice", "desk", wish));

        assertThat(held.holders()).containsExactly(holder.lease());
        assertThat(held.sameAccount()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    final void theNewestClientOfTheAccountReplacesTheOneBefore(OnConflict before) {
        Claim old = claim(KEY, "alice", "laptop", before);
        Claim fresh = claim(KEY, "alice", "desk", OnConflict.REPLACE);
        Lease one = granted(old).lease();
        Lease two = granted(claim(KEY, "alice", "laptop", before)).lease();

        Granted granted = granted(fresh);

        assertThat(granted.first()).isFalse();
        assertThat(granted.replaced()).containsExactlyInAnyOrder(one, two);
        assertThat(find(KEY)).containsExactly(fresh.candidate());
        assertThat(renew(one)).isFalse();
        assertThat(renew(granted.lease())).isTrue();
    }

    @Test
    final void aReplacedHolderThatGoesTakesNothingAway() {
        Granted old = granted(claim(KEY, "alice", "laptop", OnConflict.REPLACE));
        Granted fresh = granted(claim(KEY, "alice", "desk", OnConflict.REPLACE));

        release(old, false);

        assertThat(renew(fresh.lease())).isTrue();
        assertThat(find(KEY)).containsExactly(fresh.lease().claim().candidate());
    }

    @Test
    final void aClientDoesNotReplaceItself() {
        Granted one = granted(claim(KEY, "alice", "laptop", OnConflict.REPLACE));

        assertThat(granted(claim(KEY, "alice", "laptop", OnConflict.REPLACE)).replaced())
                .isEmpty();
        assertThat(renew(one.lease())).isTrue();
    }

    @Test
    final void thoseWhoAllBalanceShareAnEndpoint() {
        Claim one = claim(KEY, "alice", "laptop", OnConflict.BALANCE);
        Claim two = claim(KEY, "alice", "desk", OnConflict.BALANCE);
        granted(one);

        assertThat(granted(two).replaced()).isEmpty();
        assertThat(find(KEY)).containsExactlyInAnyOrder(one.candidate(), two.candidate());
        assertThat(held(claim(KEY, "alice", "third", OnConflict.REJECT)).holders())
                .hasSize(2);
    }

    @Test
    final void anAccountMayHaveSeveralPrincipals() {
        Principal one = new Principal("alice-1", "alice", "laptop", Rights.ALL);
        Principal two = new Principal("alice-2", "alice", "laptop", Rights.ALL);
        granted(claim(KEY, one, "same", OnConflict.BALANCE));

        assertThat(held(claim(KEY, two, "same", OnConflict.REJECT)).sameAccount())
                .as("equal instances of two principals are two clients")
                .isTrue();
        granted(claim(KEY, two, "same", OnConflict.BALANCE));
    }

    @Test
    final void leasesAreNumberedInTheirOrder() {
        Granted one = granted(claim(KEY, "alice", "laptop", OnConflict.REPLACE));
        Granted two = granted(claim(KEY, "alice", "desk", OnConflict.REPLACE));
        release(two, false);
        Granted three = granted(claim(KEY, "bob", "desk", OnConflict.REPLACE));

        assertThat(two.lease().id()).isGreaterThan(one.lease().id());
        assertThat(three.lease().id()).isGreaterThan(two.lease().id());
    }

    @Test
    final void releasingTwiceIsReleasingOnce() {
        Granted alice = granted(claim(KEY, "alice", "laptop", OnConflict.REJECT));
        release(alice, false);
        Granted bob = granted(claim(KEY, "bob", "desk", OnConflict.REJECT));

        release(alice, false);

        assertThat(renew(alice.lease())).isFalse();
        assertThat(renew(bob.lease())).isTrue();
    }

    @Test
    final void of200ParallelClaimsOneIsGranted() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            for (int round = 0; round < 20; round++) {
                String key = "tcp://:" + (8000 + round);
                List<Callable<ClaimResult>> claims = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    Claim claim = claim(key, "account-" + i, "laptop", OnConflict.values()[i % 3]);
                    claims.add(() -> get(registry.claim(claim)));
                }

                int grants = 0;
                for (var answer : threads.invokeAll(claims)) {
                    grants += answer.get() instanceof Granted ? 1 : 0;
                }

                assertThat(grants).as(key).isOne();
                assertThat(find(key)).hasSize(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    final void twoWhoRaceForManyEndpointsNeverShareOne() throws Exception {
        int endpoints = 3_000;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CyclicBarrier start = new CyclicBarrier(2);
        try {
            List<Callable<List<ClaimResult>>> racers = new ArrayList<>();
            for (String account : List.of("alice", "bob")) {
                racers.add(() -> {
                    List<ClaimResult> results = new ArrayList<>();
                    start.await(10, TimeUnit.SECONDS);
                    for (int i = 0; i < endpoints; i++) {
                        results.add(get(registry.claim(claim("tcp://:" + i, account, "laptop", OnConflict.REPLACE))));
                    }
                    return results;
                });
            }

            var results = threads.invokeAll(racers);

            for (int i = 0; i < endpoints; i++) {
                boolean alice = results.get(0).get().get(i) instanceof Granted;
                boolean bob = results.get(1).get().get(i) instanceof Granted;
                assertThat(alice).as("alice has tcp://:%d, bob: %s", i, bob).isNotEqualTo(bob);
                assertThat(find("tcp://:" + i)).hasSize(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    final void anOwnerNeverChangesItsAccountWhileItHoldsOrReserves() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Granted> held = new ArrayList<>();
        String owner = ""; // nobody, not even by reservation

        for (int step = 0; step < 5_000; step++) {
            String at = "seed " + seed + " step " + step;
            int action = random.nextInt(100);
            if (action < 60) {
                String account = "account-" + random.nextInt(3);
                OnConflict wish = OnConflict.values()[random.nextInt(3)];
                ClaimResult result = get(registry.claim(claim(KEY, account, "i" + random.nextInt(2), wish)));
                if (result instanceof Granted granted) {
                    assertThat(owner).as(at).isIn("", account);
                    assertThat(granted.first()).as(at).isEqualTo(owner.isEmpty());
                    held.removeIf(other -> granted.replaced().contains(other.lease()));
                    held.add(granted);
                    owner = account;
                } else {
                    assertThat(owner).as(at).isNotEmpty();
                    assertThat(((Held) result).sameAccount()).as(at).isEqualTo(owner.equals(account));
                    assertThat(((Held) result).holders()).as(at).hasSameSizeAs(held);
                }
            } else if (action < 95 && !held.isEmpty()) {
                boolean reserve = random.nextBoolean();
                release(held.remove(random.nextInt(held.size())), reserve);
                if (held.isEmpty() && !reserve) {
                    owner = "";
                }
            } else if (action >= 95) {
                endReservations();
                owner = held.isEmpty() ? "" : owner;
            }
            assertThat(owned(KEY)).as(at).isEqualTo(!owner.isEmpty());
            assertThat(find(KEY))
                    .as(at)
                    .containsExactlyInAnyOrderElementsOf(held.stream()
                            .map(granted -> granted.lease().claim().candidate())
                            .toList());
        }
    }

    /** A claim of a principal that is its own account. */
    protected static Claim claim(String key, String account, String instance, OnConflict wish) {
        return claim(key, Principal.of(account), instance, wish);
    }

    private static Claim claim(String key, Principal owner, String instance, OnConflict wish) {
        return new Claim(key, "web", owner, instance, wish, new Absent());
    }

    private Granted granted(Claim claim) {
        ClaimResult result = get(registry.claim(claim));
        assertThat(result).isInstanceOf(Granted.class);
        return (Granted) result;
    }

    private Held held(Claim claim) {
        ClaimResult result = get(registry.claim(claim));
        assertThat(result).isInstanceOf(Held.class);
        return (Held) result;
    }

    private void release(Granted granted, boolean reserve) {
        get(registry.release(granted.lease(), reserve));
    }

    private boolean renew(Lease lease) {
        return get(registry.renew(lease));
    }

    private boolean owned(String key) {
        return get(registry.owned(key));
    }

    private List<Candidate> find(String key) {
        return get(registry.find(key));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** A session that has just gone: to the registry a candidate is only an identity. */
    private static final class Absent implements Candidate {

        private static final CulvertException GONE = new CulvertException(TunnelError.NO_CLIENT, "gone.");

        @Override
        public String session() {
            return "gone";
        }

        @Override
        public int load() {
            return 0;
        }

        @Override
        public Future<TunnelStream> openStream(StreamOrigin origin) {
            return ImmediateEventExecutor.INSTANCE.newFailedFuture(GONE);
        }

        @Override
        public Future<Duration> ping() {
            return ImmediateEventExecutor.INSTANCE.newFailedFuture(GONE);
        }

        @Override
        public void evict(CulvertException cause) {
            // gone already
        }
    }
}
