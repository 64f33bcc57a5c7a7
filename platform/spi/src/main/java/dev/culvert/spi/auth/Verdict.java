package dev.culvert.spi.auth;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What an {@link Authenticator} says to a client's message. */
public sealed interface Verdict {

    /**
     * Another round is needed.
     *
     * @param message what the client has to answer
     */
    record Challenge(byte[] message) implements Verdict {}

    /**
     * The credential is not one of this authenticator's; another section that offers the same mechanism may know it.
     * Only an answer to a client's first message, and only from one that {@link Authenticator#standsAside}.
     *
     * @param reason what the client is refused with if no other knows it either
     */
    record NotMine(CulvertException reason) implements Verdict {}

    /**
     * The client is who it says.
     *
     * @param principal who that is
     * @param message the last word to the client, by which the server proves itself; may be empty
     * @param revoked completes, with the reason, when the credential stops being good: the session then ends. It may
     *     complete on any thread. When the session has ended for another cause, the platform cancels it ({@code
     *     revoked.toCompletableFuture().cancel(false)}), so that the authenticator forgets the session
     */
    record Accepted(Principal principal, byte[] message, CompletionStage<CulvertException> revoked) implements Verdict {

        /**
         * An acceptance that nothing revokes.
         *
         * @param principal who the client is
         * @param message the last word to the client
         */
        public Accepted(Principal principal, byte[] message) {
            this(principal, message, new CompletableFuture<>());
        }
    }
}
