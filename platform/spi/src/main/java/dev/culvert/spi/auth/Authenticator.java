package dev.culvert.spi.auth;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides who a client is, the server's half of one or more mechanisms.
 *
 * <p>One instance serves every session of a server, so implementations are thread-safe.
 */
public interface Authenticator extends AutoCloseable {

    /**
     * What it offers to this client, best first, by the names of the SASL registry where there is one.
     *
     * @param context what is known about the client so far
     */
    List<String> mechanisms(AuthenticationContext context);

    /**
     * Begins one client's login.
     *
     * @param mechanism one of {@link #mechanisms}
     * @param context what is known about the client so far
     */
    Exchange begin(String mechanism, AuthenticationContext context);

    /**
     * Whether it may stand beside another section that offers the same mechanism: a client's first message tells it
     * whose the credential is, and it says {@link Verdict.NotMine} to one that is not its own. The platform refuses a
     * configuration in which two others offer one mechanism, since only the first of them would ever be asked.
     */
    default boolean standsAside() {
        return false;
    }

    /**
     * A newer configuration is in force, and this section is none of it any more. Sessions that this authenticator has
     * let in, and whose credential none of the newer ones accepts in the same way, are to end ({@link
     * Verdict.Accepted#revoked}); the others are theirs from now on. Called before {@link #close}. Does nothing unless
     * overridden: sessions then go on until their credential ends.
     *
     * @param newer all that decide from now on
     */
    default void replacedBy(List<Authenticator> newer) {}

    /** Frees what it holds; sessions that it let in go on. */
    @Override
    default void close() {}

    /** One client's login: messages to and fro until one side is satisfied. Called by one thread at a time. */
    @FunctionalInterface
    interface Exchange {

        /**
         * Takes the client's next message.
         *
         * @param message what the client sent
         * @return a {@link Verdict}, or a stage failed with a {@link dev.culvert.spi.CulvertException} that carries a
         *     {@link dev.culvert.spi.AuthError}. May complete on any thread; must not block the caller. The client is
         *     told this failure; what only the operator of the server is to know is its cause, a {@link
         *     dev.culvert.spi.CulvertException} too, which is logged
         */
        CompletionStage<Verdict> next(byte[] message);

        /**
         * Takes a newer credential of the session that this conversation has let in, so that it goes on for longer. It
         * moves the moment at which {@link Verdict.Accepted#revoked} completes. Comes after the acceptance only, and
         * not again before the stage has completed.
         *
         * @param message in the form of the client's first one
         * @return fails as {@link #next} does if the credential is not taken, or is another principal's: the session
         *     then goes on until its old one ends
         */
        default CompletionStage<Void> renew(byte[] message) {
            return CompletableFuture.failedStage(new CulvertException(
                    AuthError.CREDENTIAL_REJECTED, "a session of this mechanism takes no newer credential."));
        }
    }
}
