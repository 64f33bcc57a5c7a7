package dev.culvert.plugin.transport.noise;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** The client's part: it begins, and goes on only with the server whose key it pins. */
final class ClientHandshake implements Conversation {

    private static final byte[] NOTHING = {};

    private final NoiseSettings settings;
    private final HandshakeState state;
    private @Nullable Established awaitingVerdict;

    ClientHandshake(NoiseSettings settings) {
        this.settings = settings;
        state = settings.handshake(true, settings.pattern().responderKnown() ? settings.pin() : null);
    }

    @Override
    public byte[] begin() {
        try {
            return state.write(NOTHING);
        } catch (NoiseException e) {
            throw unproven("the pin is not a public key", e);
        }
    }

    @Override
    public Step hear(byte[] message) {
        Established waiting = awaitingVerdict;
        if (message.length == 0) {
            return Step.fail(null, unread());
        }
        try {
            if (waiting != null) {
                byte[] verdict = new byte[message.length];
                int length = waiting.receiving().open(NOTHING, message, 0, message.length, verdict, 0);
                return verdict(java.util.Arrays.copyOf(verdict, length), waiting);
            }
            return answer(state.read(message));
        } catch (NoiseException e) {
            return Step.fail(
                    null,
                    unproven(
                            "its answer was not made with the pinned key"
                                    + (settings.psk() == null ? "" : " and the same psk"),
                            e));
        }
    }

    @Override
    public CulvertException ended() {
        return new CulvertException(
                WireError.TRANSPORT_FAILED,
                "noise: the server ended the connection during the handshake " + name() + ".");
    }

    private Step answer(byte[] payload) throws NoiseException {
        byte[] key = requireNonNull(state.otherStatic(), "a pattern without the server's key");
        if (!MessageDigest.isEqual(key, settings.pin())) {
            return Step.fail(null, unproven("its key is " + Keys.text(key) + " and not the pinned one", null));
        }
        if (state.isFinished()) {
            return verdict(payload, established(key));
        }
        byte[] last = state.write(NOTHING);
        awaitingVerdict = established(key);
        return Step.say(last);
    }

    private Step verdict(byte[] verdict, Established established) {
        if (verdict.length == 0 || verdict[0] == WELCOME) {
            return new Step(null, established, null);
        }
        KeyPair25519 own = settings.ownStatic();
        return Step.fail(
                null,
                new CulvertException(
                        AuthError.KEY_NOT_LISTED,
                        "noise: the server does not list this client's key"
                                + (own == null ? "." : ", public_key = \"" + Keys.text(own.publicKey()) + "\".")));
    }

    private Established established(byte[] key) {
        CipherState[] pair = state.split();
        return new Established(pair[0], pair[1], state.hash(), Keys.text(key), null);
    }

    // Unauthenticated: it says why, and the only thing done about it is to end, as on any other failure.
    private CulvertException unread() {
        KeyPair25519 own = settings.ownStatic();
        return unproven(
                "it cannot read the handshake " + name() + ", so it has another key than the pinned one, or another"
                        + " pattern, cipher" + orPsk() + " or rekey"
                        + (settings.pattern().initiatorKnown() && own != null
                                ? ", or does not list public_key = \"" + Keys.text(own.publicKey()) + "\""
                                : ""),
                null);
    }

    private String orPsk() {
        return settings.psk() == null ? "" : ", psk";
    }

    private String name() {
        return settings.pattern().protocolName(settings.cipher());
    }

    private static CulvertException unproven(String why, @Nullable Throwable cause) {
        return new CulvertException(
                AuthError.SERVER_NOT_PROVEN, "noise: the server is not proven: " + why + ".", cause);
    }
}
