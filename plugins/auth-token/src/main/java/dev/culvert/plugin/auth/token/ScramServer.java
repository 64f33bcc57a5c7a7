package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Verdict;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One login, the server's half of RFC 5802, section 5.
 *
 * <p>It costs a few hashes, no more for a known name than for an unknown one: the rounds of PBKDF2 are the client's.
 */
final class ScramServer implements Authenticator.Exchange {

    /** What the next message of the client has to be. */
    private enum Expected {
        CLIENT_FIRST,
        CLIENT_FINAL,
        NOTHING
    }

    private final TokenStore store;
    private final AuthenticationContext context;
    private final boolean plus;

    private Expected expected = Expected.CLIENT_FIRST;
    private @Nullable Login login;

    /**
     * Begins a login.
     *
     * @param plus whether the mechanism is the one with channel binding
     */
    ScramServer(TokenStore store, AuthenticationContext context, boolean plus) {
        this.store = store;
        this.context = context;
        this.plus = plus;
    }

    @Override
    public CompletionStage<Verdict> next(byte[] message) {
        Expected now = expected;
        expected = Expected.NOTHING; // whatever fails below ends the conversation
        try {
            String text = MessageReader.text(message);
            return CompletableFuture.completedStage(
                    switch (now) {
                        case CLIENT_FIRST -> challenge(ClientFirst.parse(text));
                        case CLIENT_FINAL -> verify(requireNonNull(login), ClientFinal.parse(text));
                        case NOTHING -> throw new IllegalArgumentException("a message after the last one");
                    });
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedStage(new CulvertException(
                    AuthError.MALFORMED_EXCHANGE, "the client's SCRAM message was refused: " + e.getMessage() + "."));
        } catch (CulvertException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private Verdict challenge(ClientFirst first) {
        ChannelBinding binding = binding(first.gs2Header());
        TokenStore.Candidate candidate = store.find(first.user());
        Verifier verifier = candidate.verifier();
        ServerFirst reply = new ServerFirst(first.nonce() + Scram.nonce(), verifier.salt(), verifier.iterations());
        login = new Login(candidate, binding, reply.nonce(), first.bare() + "," + reply.format());
        expected = Expected.CLIENT_FINAL;
        return new Verdict.Challenge(reply.format().getBytes(UTF_8));
    }

    private ChannelBinding binding(String gs2Header) {
        if (plus) {
            return ChannelBinding.announced(gs2Header, context)
                    .orElseThrow(() -> new IllegalArgumentException("a channel binding that this connection has not"));
        }
        if (gs2Header.startsWith("p=")) {
            throw new IllegalArgumentException("a channel binding in a mechanism without one");
        }
        return new ChannelBinding(gs2Header, new byte[0]);
    }

    private Verdict verify(Login begun, ClientFinal last) {
        if (!last.nonce().equals(begun.nonce())) {
            throw new IllegalArgumentException("a nonce that is not this conversation's");
        }
        Verifier verifier = begun.candidate().verifier();
        String authMessage = begun.signedSoFar() + "," + last.withoutProof();
        byte[] clientKey = Scram.xor(last.proof(), Scram.hmac(verifier.storedKey(), authMessage));
        byte[] signature = Scram.hmac(verifier.serverKey(), authMessage);
        boolean proven = MessageDigest.isEqual(Scram.hash(clientKey), verifier.storedKey());
        TokenGrant grant = begun.candidate().grant();
        // One refusal, one text: nobody learns which names exist.
        if (!proven || grant == null) {
            throw rejected();
        }
        // From here on the client has shown that it knows the token, so it may be told the truth.
        if (!MessageDigest.isEqual(last.channelBinding(), begun.binding().input())) {
            throw new CulvertException(
                    AuthError.CREDENTIAL_REJECTED,
                    "the login was made for another connection (the channel bindings differ): somebody in between"
                            + " ends the encryption.");
        }
        return new Verdict.Accepted(
                grant.principal(), new ServerFinal(signature).format().getBytes(UTF_8), store.admit(grant));
    }

    static CulvertException rejected() {
        return new CulvertException(
                AuthError.CREDENTIAL_REJECTED, "the client's token is not one that this server accepts.");
    }

    /** What a challenge leaves behind for the answer. */
    private record Login(TokenStore.Candidate candidate, ChannelBinding binding, String nonce, String signedSoFar) {}
}
