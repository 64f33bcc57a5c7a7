package dev.culvert.spi.registry;

import dev.culvert.spi.Principal;
import dev.culvert.spi.protocol.OnConflict;

/**
 * A wish for an endpoint.
 *
 * @param key the endpoint, canonical: {@code tcp://:7000}
 * @param tunnel the tunnel's name, for messages
 * @param owner who asks
 * @param instance the client process that asks
 * @param onConflict what to do about holders of the same account
 * @param candidate how streams reach whoever asks
 */
public record Claim(
        String key, String tunnel, Principal owner, String instance, OnConflict onConflict, Candidate candidate) {

    /** Whether two claims come from sessions of one client, which never conflict. */
    public boolean sameClient(Claim other) {
        return owner.name().equals(other.owner.name()) && instance.equals(other.instance);
    }

    /** Whether two claims come from one account, within which endpoints may change hands. */
    public boolean sameAccount(Claim other) {
        return owner.account().equals(other.owner.account());
    }
}
