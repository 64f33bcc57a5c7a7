package dev.culvert.engine.registry;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Claim;
import dev.culvert.spi.registry.ClaimResult;
import dev.culvert.spi.registry.ClaimResult.Granted;
import dev.culvert.spi.registry.Lease;
import dev.culvert.spi.registry.Registry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Keeps the endpoints of one server. Every stage is complete when it is returned; a lease lasts until it is released or
 * replaced. One lock guards everything: no operation takes longer than a few map accesses and the holders of one endpoint.
 */
public final class InMemoryRegistry implements Registry {

    private final Object lock = new Object();
    private final LongSupplier nanoTime;
    private final Map<String, Holding> holdings = new HashMap<>();
    private final Reservations reservations;
    private long lastId;

    /**
     * Makes an empty registry.
     *
     * @param limits what is kept for owners that are away
     */
    public InMemoryRegistry(ReservationLimits limits) {
        this(limits, System::nanoTime);
    }

    /**
     * Makes an empty registry with a clock of its own.
     *
     * @param limits what is kept for owners that are away
     * @param nanoTime the time as {@link System#nanoTime} tells it, which no change of the wall clock touches
     */
    public InMemoryRegistry(ReservationLimits limits, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.reservations = new Reservations(limits, holdings::remove);
    }

    @Override
    public CompletionStage<ClaimResult> claim(Claim claim) {
        synchronized (lock) {
            reservations.expire(nanoTime.getAsLong());
            return completedStage(decide(claim));
        }
    }

    private ClaimResult decide(Claim claim) {
        Holding holding = holdings.get(claim.key());
        if (holding == null) {
            Lease lease = lease(claim);
            holdings.put(claim.key(), new Holding(lease));
            return new Granted(lease, true, List.of());
        }
        if (!holding.account().equals(claim.owner().account())) {
            return holding.heldAgainst(claim);
        }
        List<Lease> replaced = List.of();
        if (!holding.admits(claim)) {
            if (claim.onConflict() != OnConflict.REPLACE) {
                return holding.heldAgainst(claim);
            }
            replaced = holding.replaceFor(claim);
        }
        reservations.remove(claim.key());
        Lease lease = lease(claim);
        holding.add(lease);
        return new Granted(lease, false, replaced);
    }

    @Override
    public CompletionStage<Boolean> renew(Lease lease) {
        synchronized (lock) {
            Holding holding = holdings.get(lease.claim().key());
            return completedStage(holding != null && holding.has(lease));
        }
    }

    @Override
    public CompletionStage<Void> release(Lease lease, boolean reserve) {
        synchronized (lock) {
            String key = lease.claim().key();
            Holding holding = holdings.get(key);
            if (holding != null && holding.remove(lease) && holding.isEmpty()) {
                long now = nanoTime.getAsLong();
                reservations.expire(now);
                if (reserve) {
                    reservations.add(key, holding.account(), now);
                } else {
                    holdings.remove(key);
                }
            }
        }
        return completedStage(null);
    }

    @Override
    public CompletionStage<List<Candidate>> find(String key) {
        synchronized (lock) {
            Holding holding = holdings.get(key);
            return completedStage(
                    holding == null
                            ? List.of()
                            : holding.leases().stream()
                                    .map(lease -> lease.claim().candidate())
                                    .toList());
        }
    }

    @Override
    public CompletionStage<Boolean> owned(String key) {
        synchronized (lock) {
            reservations.expire(nanoTime.getAsLong());
            return completedStage(holdings.containsKey(key));
        }
    }

    private Lease lease(Claim claim) {
        return new Lease(claim, ++lastId);
    }
}
