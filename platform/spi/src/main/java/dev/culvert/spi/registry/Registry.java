package dev.culvert.spi.registry;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Keeps endpoints for their owners. One owner per endpoint, always, also between nodes. Thread-safe; stages may complete
 * on any thread.
 */
public interface Registry extends AutoCloseable {

    /**
     * Asks for an endpoint.
     *
     * <p>Decided in this order:
     *
     * <ol>
     *   <li>It is free: granted, as the first.
     *   <li>It is held by, or reserved for, another account: held, whatever the claim says about conflicts.
     *   <li>It is reserved for the same account: granted.
     *   <li>All its holders are sessions of the same client ({@link Claim#sameClient}): granted beside them.
     *   <li>The claim and all holders balance: granted beside them.
     *   <li>The claim replaces: granted, and the leases of all other clients end. {@link #find} names their candidates no
     *       more; their sessions and open streams are none of the registry's business.
     *   <li>Otherwise: held.
     * </ol>
     *
     * @param claim who asks for what
     */
    CompletionStage<ClaimResult> claim(Claim claim);

    /**
     * Keeps a lease alive. Called more often than the shortest lease the registry grants.
     *
     * @param lease as granted
     * @return false if the lease is no more
     */
    CompletionStage<Boolean> renew(Lease lease);

    /**
     * Gives a lease up. Does nothing if the lease is no more. While others hold the endpoint it stays theirs; after the
     * last holder it is free or reserved, as that one said.
     *
     * @param lease as granted
     * @param reserve whether the endpoint is kept for the owner's account for a while, as after a lost connection
     */
    CompletionStage<Void> release(Lease lease, boolean reserve);

    /**
     * Finds through whom an endpoint is reached.
     *
     * @param key an endpoint as {@link Claim#key} has it
     * @return those who can open streams now, possibly none, in the order in which they came
     */
    CompletionStage<List<Candidate>> find(String key);

    /**
     * Whether an endpoint belongs to somebody, as holder or by reservation. Who keeps an endpoint public while no client
     * is there asks now and then: reservations end silently.
     *
     * @param key an endpoint as {@link Claim#key} has it
     */
    CompletionStage<Boolean> owned(String key);

    /** Frees what it holds. */
    @Override
    default void close() {}
}
