package dev.culvert.spi.registry;

import java.util.List;

/** What became of a {@link Claim}. */
public sealed interface ClaimResult {

    /**
     * The endpoint is the claimant's.
     *
     * @param lease proof of it
     * @param first whether nobody, not even a reservation, had it before: the endpoint has to be made public
     * @param replaced the leases that this one ended
     */
    record Granted(Lease lease, boolean first, List<Lease> replaced) implements ClaimResult {}

    /**
     * Somebody else has it.
     *
     * @param holders their leases; empty while it is only reserved
     * @param owner the principal it belongs to, for messages
     * @param sameAccount whether that is the claimant's own account
     */
    record Held(List<Lease> holders, String owner, boolean sameAccount) implements ClaimResult {}
}
