package dev.culvert.engine.registry;

import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.registry.Claim;
import dev.culvert.spi.registry.ClaimResult.Held;
import dev.culvert.spi.registry.Lease;
import java.util.ArrayList;
import java.util.List;

/** One endpoint's holders, all of one account and in the order in which they came. Guarded by its registry's lock. */
final class Holding {

    private final List<Lease> leases = new ArrayList<>();
    private Claim latest;

    Holding(Lease first) {
        latest = first.claim();
        leases.add(first);
    }

    String account() {
        return latest.owner().account();
    }

    List<Lease> leases() {
        return List.copyOf(leases);
    }

    boolean isEmpty() {
        return leases.isEmpty();
    }

    /** Whether a claim may join those who hold. */
    boolean admits(Claim claim) {
        return leases.stream().allMatch(lease -> lease.claim().sameClient(claim))
                || claim.onConflict() == OnConflict.BALANCE
                        && leases.stream().allMatch(lease -> lease.claim().onConflict() == OnConflict.BALANCE);
    }

    /** Ends the leases of other clients. */
    List<Lease> replaceFor(Claim claim) {
        List<Lease> replaced = leases.stream()
                .filter(lease -> !lease.claim().sameClient(claim))
                .toList();
        leases.removeAll(replaced);
        return replaced;
    }

    void add(Lease lease) {
        latest = lease.claim();
        leases.add(lease);
    }

    boolean remove(Lease lease) {
        return leases.removeIf(held -> held.id() == lease.id());
    }

    boolean has(Lease lease) {
        return leases.stream().anyMatch(held -> held.id() == lease.id());
    }

    Held heldAgainst(Claim claim) {
        return new Held(leases(), latest.owner().name(), latest.sameAccount(claim));
    }
}
