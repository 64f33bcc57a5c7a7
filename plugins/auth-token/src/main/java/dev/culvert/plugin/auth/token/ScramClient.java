package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.Credential;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One login, the client's half of RFC 5802, section 5. */
final class ScramClient implements Credential.Proof {

    private final ClientFirst first;
    private final ChannelBinding binding;
    private final SaltedKeys keys;

    // Set on the thread that derives the keys, read by whoever calls next: the stages in between order the two.
    private byte @Nullable [] expectedSignature;

    ScramClient(String user, String nonce, ChannelBinding binding, SaltedKeys keys) {
        this.first = ClientFirst.of(binding.gs2Header(), user, nonce);
        this.binding = binding;
        this.keys = keys;
    }

    @Override
    public CompletionStage<byte[]> first() {
        return CompletableFuture.completedStage(first.format().getBytes(UTF_8));
    }

    @Override
    public CompletionStage<byte[]> answer(byte[] challenge) {
        try {
            String text = MessageReader.text(challenge);
            ServerFirst server = ServerFirst.parse(text);
            if (!server.nonce().startsWith(first.nonce())
                    || server.nonce().length() == first.nonce().length()) {
                throw new IllegalArgumentException("a nonce that is not this conversation's");
            }
            return keys.derive(server.salt(), server.iterations()).thenApply(derived -> prove(derived, server, text));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedStage(malformed(e));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(new CulvertException(
                    AuthError.LOGIN_TIMEOUT, "this client is too busy to answer the server's challenge.", e));
        }
    }

    private byte[] prove(ScramKeys derived, ServerFirst server, String challenge) {
        String withoutProof = ClientFinal.withoutProof(binding.input(), server.nonce());
        String authMessage = first.bare() + "," + challenge + "," + withoutProof;
        byte[] proof = Scram.xor(derived.clientKey(), Scram.hmac(derived.storedKey(), authMessage));
        expectedSignature = Scram.hmac(derived.serverKey(), authMessage);
        return new ClientFinal(withoutProof, binding.input(), server.nonce(), proof)
                .format()
                .getBytes(UTF_8);
    }

    @Override
    public CompletionStage<Void> finish(byte[] message) {
        byte[] expected = expectedSignature;
        if (expected != null && MessageDigest.isEqual(signature(message), expected)) {
            return CompletableFuture.completedStage(null);
        }
        return CompletableFuture.failedStage(new CulvertException(
                AuthError.SERVER_NOT_PROVEN,
                "the server accepted the login but could not prove that it knows the token."));
    }

    // A server that proves nothing and one that proves it wrongly are the same to this client.
    private static byte[] signature(byte[] message) {
        try {
            return ServerFinal.parse(MessageReader.text(message)).signature();
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static CulvertException malformed(IllegalArgumentException e) {
        return new CulvertException(
                AuthError.MALFORMED_EXCHANGE, "the server's SCRAM message was refused: " + e.getMessage() + ".");
    }
}
