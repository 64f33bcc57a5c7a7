package dev.culvert.plugin.auth.token;

import dev.culvert.spi.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token as the server knows it: who its holder is, and until when.
 *
 * @param name the public name that the client sends
 * @param principal who its holder is, with what rights
 * @param verifier what the proof is checked against
 * @param expires when it ends, or null
 */
record TokenGrant(
        String name,
        Principal principal,
        Verifier verifier,
        @Nullable Instant expires) {

    boolean expiredAt(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    /** Whether a session let in by the one may go on under the other: a new date is no reason to end it. */
    boolean permitsTheSameAs(TokenGrant other) {
        return principal.equals(other.principal) && verifier.equals(other.verifier);
    }
}
