package dev.culvert.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * A login of two rounds for tests of what carries logins: the client gives a name, the server a challenge, the client
 * its answer, the server a proof. No secret is safe with it. Answers come from another thread, as they may.
 */
public final class KitAuthenticator implements Authenticator {

    /** What it offers. */
    public static final String MECHANISM = "X-KIT";

    private static final String CHALLENGE = "challenge";
    private static final String PROOF = "proof of the server";
    private static final Executor ELSEWHERE = ForkJoinPool.commonPool();

    private final String name;
    private final CompletableFuture<CulvertException> revoked = new CompletableFuture<>();

    /**
     * Lets one client in.
     *
     * @param name whose principal it then is
     */
    public KitAuthenticator(String name) {
        this.name = name;
    }

    /** Ends the sessions it let in. */
    public CompletableFuture<CulvertException> revoked() {
        return revoked;
    }

    @Override
    public List<String> mechanisms(AuthenticationContext context) {
        return List.of(MECHANISM);
    }

    @Override
    public Exchange begin(String mechanism, AuthenticationContext context) {
        return message -> {
            String said = new String(message, UTF_8);
            if (said.equals(name)) {
                return later(new Verdict.Challenge(CHALLENGE.getBytes(UTF_8)));
            }
            if (said.equals(CHALLENGE + " of " + name)) {
                return later(new Verdict.Accepted(Principal.of(name), PROOF.getBytes(UTF_8), revoked));
            }
            return CompletableFuture.failedFuture(
                    new CulvertException(AuthError.CREDENTIAL_REJECTED, "the kit does not know this client."));
        };
    }

    /**
     * What a client needs.
     *
     * @param name let in if it is the authenticator's
     * @param trusting whether it believes every server
     */
    public static Credential credential(String name, boolean trusting) {
        return new KitCredential(name, trusting);
    }

    private static <T> CompletionStage<T> later(T value) {
        return CompletableFuture.supplyAsync(() -> value, ELSEWHERE);
    }

    private record KitCredential(String name, boolean trusting) implements Credential {

        @Override
        public Optional<String> choose(List<String> offered, AuthenticationContext context) {
            return offered.contains(MECHANISM) ? Optional.of(MECHANISM) : Optional.empty();
        }

        @Override
        public Proof begin(String mechanism, AuthenticationContext context) {
            return new Proof() {
                @Override
                public CompletionStage<byte[]> first() {
                    return later(name.getBytes(UTF_8));
                }

                @Override
                public CompletionStage<byte[]> answer(byte[] challenge) {
                    return later((new String(challenge, UTF_8) + " of " + name).getBytes(UTF_8));
                }

                @Override
                public CompletionStage<Void> finish(byte[] message) {
                    return trusting && new String(message, UTF_8).equals(PROOF)
                            ? CompletableFuture.runAsync(() -> {}, ELSEWHERE)
                            : CompletableFuture.failedFuture(new CulvertException(
                                    AuthError.SERVER_NOT_PROVEN, "the kit does not believe this server."));
                }
            };
        }
    }
}
