package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.WireError;
import org.jspecify.annotations.Nullable;

/** The server's part: it answers, and lets in whoever is listed, or everybody where nobody is. */
final class ServerHandshake implements Conversation {

    private static final byte[] VERDICT_WELCOME = {WELCOME};
    private static final byte[] VERDICT_NOT_LISTED = {NOT_LISTED};

    private final NoiseSettings settings;
    private @Nullable HandshakeState state;

    ServerHandshake(NoiseSettings settings) {
        this.settings = settings;
    }

    @Override
    public byte @Nullable [] begin() {
        return null;
    }

    @Override
    public Step hear(byte[] message) {
        try {
            HandshakeState heard = state;
            if (heard == null) {
                heard = first(message);
                state = heard;
            } else {
                heard.read(message);
            }
            return answer(heard);
        } catch (NoiseException e) {
            return Step.fail(
                    UNREADABLE,
                    new CulvertException(
                            WireError.TRANSPORT_FAILED,
                            "noise: the handshake of a client cannot be read as "
                                    + settings.pattern().protocolName(settings.cipher()) + ": " + e.getMessage()
                                    + " (expected: the same pattern, cipher, psk and rekey, and this server's pin).",
                            e));
        }
    }

    @Override
    public CulvertException ended() {
        return new CulvertException(
                WireError.TRANSPORT_FAILED, "noise: the client ended the connection during the handshake.");
    }

    private Step answer(HandshakeState heard) throws NoiseException {
        byte[] key = heard.otherStatic();
        boolean named = heard.isFinished() || settings.pattern().messages().size() == 2;
        boolean welcome = !named || isWelcome(key);
        byte[] answer = null;
        if (!heard.isFinished()) {
            answer = heard.write(welcome ? new byte[0] : VERDICT_NOT_LISTED);
        }
        if (!heard.isFinished()) {
            return Step.say(answer);
        }
        CipherState[] pair = heard.split();
        if (answer == null) {
            answer = sealed(pair[0], welcome ? VERDICT_WELCOME : VERDICT_NOT_LISTED);
        }
        String identity = key == null ? null : Keys.text(key);
        if (!welcome) {
            return Step.fail(
                    answer,
                    new CulvertException(
                            AuthError.KEY_NOT_LISTED, "noise: a client with public_key = \"" + identity + "\"."));
        }
        Principal principal = identity == null ? null : settings.peers().get(identity);
        return new Step(answer, new Established(pair[0], pair[1], heard.hash(), identity, principal), null);
    }

    private boolean isWelcome(byte @Nullable [] key) {
        return settings.peers().isEmpty() || (key != null && settings.peers().containsKey(Keys.text(key)));
    }

    /** In KK the server has to know beforehand whose message it is: it tries those that it lists. */
    private HandshakeState first(byte[] message) throws NoiseException {
        if (!settings.pattern().initiatorKnown()) {
            HandshakeState fresh = settings.handshake(false, null);
            fresh.read(message);
            return fresh;
        }
        NoiseException failure = new NoiseException("no peer is listed");
        for (String peer : settings.peers().keySet()) {
            try {
                HandshakeState candidate = settings.handshake(false, Keys.bytes(peer));
                candidate.read(message);
                return candidate;
            } catch (NoiseException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static byte[] sealed(CipherState cipher, byte[] plain) throws NoiseException {
        byte[] out = new byte[plain.length + CipherState.TAG_BYTES];
        cipher.seal(new byte[0], plain, 0, plain.length, out, 0);
        return out;
    }
}
