package dev.culvert.testkit;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.auth.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * One login, a credential and an authenticator talking to each other as they would over a session.
 *
 * <p>Keeps every message, so that a test may look at them, play them again, or change them on the way.
 */
public final class Conversation {

    private static final int MAX_ROUNDS = 16;

    private final Authenticator authenticator;
    private final Credential credential;
    private final AuthenticationContext atServer;
    private final AuthenticationContext atClient;
    private final List<byte[]> fromClient = new ArrayList<>();
    private final List<byte[]> fromServer = new ArrayList<>();

    /**
     * A login over an undisturbed connection.
     *
     * @param context what both ends know of the connection
     */
    public Conversation(Authenticator authenticator, Credential credential, AuthenticationContext context) {
        this(authenticator, credential, context, context);
    }

    /**
     * A login over a connection that the two ends may see differently.
     *
     * @param atServer what the server knows of it
     * @param atClient what the client knows of it
     */
    public Conversation(
            Authenticator authenticator,
            Credential credential,
            AuthenticationContext atServer,
            AuthenticationContext atClient) {
        this.authenticator = authenticator;
        this.credential = credential;
        this.atServer = atServer;
        this.atClient = atClient;
    }

    /**
     * Goes through the whole login, the client's check of the server included.
     *
     * @return the server's acceptance
     * @throws CulvertException if either side refuses
     */
    public Verdict.Accepted login() {
        return login(UnaryOperator.identity());
    }

    /**
     * Goes through the whole login while somebody changes what the client sends.
     *
     * @param onTheWay what becomes of each message of the client
     */
    public Verdict.Accepted login(UnaryOperator<byte[]> onTheWay) {
        String mechanism = credential
                .choose(authenticator.mechanisms(atServer), atClient)
                .orElseThrow(() -> new CulvertException(
                        AuthError.NO_COMMON_MECHANISM, "the credential fits none of the mechanisms offered."));
        Authenticator.Exchange exchange = authenticator.begin(mechanism, atServer);
        Credential.Proof proof = credential.begin(mechanism, atClient);
        byte[] message = await(proof.first());
        for (int round = 0; round < MAX_ROUNDS; round++) {
            fromClient.add(message);
            Verdict verdict = await(exchange.next(onTheWay.apply(message.clone())));
            if (verdict instanceof Verdict.Accepted accepted) {
                fromServer.add(accepted.message());
                await(proof.finish(accepted.message()));
                return accepted;
            }
            if (verdict instanceof Verdict.NotMine stranger) {
                throw stranger.reason(); // there is no other to ask
            }
            byte[] challenge = ((Verdict.Challenge) verdict).message();
            fromServer.add(challenge);
            message = await(proof.answer(challenge));
        }
        throw new AssertionError("no verdict after " + MAX_ROUNDS + " rounds");
    }

    /** What the client sent so far. */
    public List<byte[]> fromClient() {
        return List.copyOf(fromClient);
    }

    /** What the server sent so far, its last word included. */
    public List<byte[]> fromServer() {
        return List.copyOf(fromServer);
    }

    /** Waits for a stage, and throws its failure as it was. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CulvertException refusal) {
                throw refusal;
            }
            throw new AssertionError("failed with something that is no CulvertException", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("not completed within 10 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
