package dev.culvert.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.registry.ClaimResult.Granted;
import dev.culvert.spi.registry.ClaimResult.Held;
import dev.culvert.spi.registry.Registry;
import dev.culvert.testkit.RegistryTck;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class InMemoryRegistryTest extends RegistryTck {

    // Near the overflow, where System.nanoTime may be as well.
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);

    @Override
    protected Registry registry() {
        return registry(new ReservationLimits(Duration.ofHours(24), 3, 2));
    }

    @Override
    protected void endReservations() {
        pass(Duration.ofHours(24));
    }

    @Test
    void aReservationLastsAsLongAsConfigured() {
        Registry registry = registry();
        reserve(registry, "tcp://:1", "alice");

        pass(Duration.ofHours(24).minusNanos(1));
        assertThat(owned(registry, "tcp://:1")).isTrue();

        pass(Duration.ofNanos(1));
        assertThat(owned(registry, "tcp://:1")).isFalse();
    }

    @Test
    void anAccountWithTooManyReservationsLosesItsOldest() {
        Registry registry = registry();
        reserve(registry, "tcp://:1", "alice");
        reserve(registry, "tcp://:2", "bob");
        reserve(registry, "tcp://:3", "bob");

        reserve(registry, "tcp://:4", "bob");

        assertThat(owned(registry, "tcp://:1")).isTrue();
        assertThat(owned(registry, "tcp://:2")).isFalse();
        assertThat(owned(registry, "tcp://:3")).isTrue();
        assertThat(owned(registry, "tcp://:4")).isTrue();
    }

    @Test
    void aFullRegistryLosesItsOldestReservationAndNoHolder() {
        Registry registry = registry();
        claim(registry, "tcp://:9", "alice");
        reserve(registry, "tcp://:1", "alice");
        reserve(registry, "tcp://:2", "bob");
        reserve(registry, "tcp://:3", "carol");

        reserve(registry, "tcp://:4", "dave");

        assertThat(owned(registry, "tcp://:1")).isFalse();
        assertThat(owned(registry, "tcp://:2")).isTrue();
        assertThat(owned(registry, "tcp://:3")).isTrue();
        assertThat(owned(registry, "tcp://:4")).isTrue();
        assertThat(owned(registry, "tcp://:9")).isTrue();
    }

    @Test
    void whoComesBackCountsAsHolderAndMakesRoomForAReservation() {
        Registry registry = registry();
        reserve(registry, "tcp://:1", "alice");
        reserve(registry, "tcp://:2", "alice");
        claim(registry, "tcp://:1", "alice");

        reserve(registry, "tcp://:3", "alice");

        assertThat(owned(registry, "tcp://:2")).isTrue();
        assertThat(owned(registry, "tcp://:3")).isTrue();
    }

    @Test
    void reservesNothingWhereNothingMayBeReserved() {
        Registry registry = registry(new ReservationLimits(Duration.ZERO, 3, 2));

        reserve(registry, "tcp://:1", "alice");

        assertThat(owned(registry, "tcp://:1")).isFalse();
    }

    @Test
    void refusesNegativeLimits() {
        assertThatThrownBy(() -> new ReservationLimits(Duration.ofSeconds(-1), 3, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void answersAtOnceWithThePresentState() {
        Registry registry = registry();
        Granted alice = claim(registry, "tcp://:1", "alice");

        var answer = registry.claim(RegistryTck.claim("tcp://:1", "bob", "desk", OnConflict.REPLACE))
                .toCompletableFuture();

        assertThat(answer)
                .isCompletedWithValueMatching(held -> ((Held) held).holders().contains(alice.lease()));
    }

    private Registry registry(ReservationLimits limits) {
        return new InMemoryRegistry(limits, now::get);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static Granted claim(Registry registry, String key, String account) {
        return (Granted) registry.claim(RegistryTck.claim(key, account, "laptop", OnConflict.REJECT))
                .toCompletableFuture()
                .join();
    }

    private static void reserve(Registry registry, String key, String account) {
        registry.release(claim(registry, key, account).lease(), true)
                .toCompletableFuture()
                .join();
    }

    private static boolean owned(Registry registry, String key) {
        return registry.owned(key).toCompletableFuture().join();
    }
}
