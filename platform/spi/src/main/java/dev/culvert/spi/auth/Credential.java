package dev.culvert.spi.auth;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a client knows or has, by which it proves who it is. Thread-safe: several sessions may use one at once. */
public interface Credential extends AutoCloseable {

    /**
     * Chooses from what the server offers.
     *
     * @param offered the server's mechanisms, best first
     * @param context what is known about the server so far
     * @return the mechanism to use, or empty if this credential fits none. A client whose transport has a channel
     *     binding does not choose a mechanism without one.
     * @throws dev.culvert.spi.CulvertException if one would fit but must not be used here; the client's other
     *     credentials are asked first, and this is what it ends with if none fits
     */
    Optional<String> choose(List<String> offered, AuthenticationContext context);

    /**
     * Begins one login.
     *
     * @param mechanism what {@link #choose} returned
     * @param context what is known about the server so far
     */
    Proof begin(String mechanism, AuthenticationContext context);

    /** Frees what it holds. */
    @Override
    default void close() {}

    /** One login. Called by one thread at a time; stages may complete on any thread. */
    interface Proof {

        /** The first message. */
        CompletionStage<byte[]> first();

        /**
         * Answers a challenge.
         *
         * @param challenge what the server sent
         * @return the answer, or a stage failed with a {@link dev.culvert.spi.CulvertException}
         */
        CompletionStage<byte[]> answer(byte[] challenge);

        /**
         * Checks the server's last word.
         *
         * @param message what the server sent with its acceptance
         * @return a stage failed with {@link dev.culvert.spi.AuthError#SERVER_NOT_PROVEN} if the server did not prove
         *     itself
         */
        CompletionStage<Void> finish(byte[] message);

        /**
         * Waits for a newer credential than the one that this login, or the last renewal, has used. The platform asks
         * after the login, and again after each renewal, where both ends can renew; when the session has ended it
         * cancels the stage.
         *
         * @return what the server is told then, in the form of the first message; need never complete
         */
        default CompletionStage<byte[]> renewal() {
            return new CompletableFuture<>();
        }
    }
}
