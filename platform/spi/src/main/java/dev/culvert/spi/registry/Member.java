package dev.culvert.spi.registry;

import dev.culvert.spi.protocol.Balance;

/**
 * Who is behind a {@link Candidate}, where several clients share one endpoint.
 *
 * @param client what it is called; the same after a restart
 * @param instance the process; candidates of one client and instance are sessions of one, and share its weight
 * @param balance how it wants visitors to be shared; the word of whoever came last counts for all
 * @param weight how many visitors it takes compared to the others; at least 1
 */
public record Member(String client, String instance, Balance balance, int weight) {

    /** Whether two are sessions of one client. */
    public boolean sameClient(Member other) {
        return client.equals(other.client) && instance.equals(other.instance);
    }
}
