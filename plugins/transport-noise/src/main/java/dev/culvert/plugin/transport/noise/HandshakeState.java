package dev.culvert.plugin.transport.noise;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Section 5.3, HandshakeState: says and hears the messages of a pattern in turn. Not thread-safe. */
final class HandshakeState {

    private final HandshakePattern pattern;
    private final boolean initiator;
    private final SymmetricState symmetric;
    private final @Nullable KeyPair25519 ownStatic;
    private final Iterator<byte[]> psks;
    private final KeyPair25519 ownEphemeral;
    private byte @Nullable [] otherStatic;
    private byte @Nullable [] otherEphemeral;
    private int next;

    /**
     * Initialize.
     *
     * @param ownStatic needed where the pattern has a key for this side
     * @param otherStatic needed where the pattern knows it beforehand
     * @param ownEphemeral a fresh one, which only vectors choose
     */
    HandshakeState(
            HandshakePattern pattern,
            NoiseCipher cipher,
            boolean initiator,
            byte[] prologue,
            @Nullable KeyPair25519 ownStatic,
            byte @Nullable [] otherStatic,
            List<byte[]> psks,
            KeyPair25519 ownEphemeral) {
        this.pattern = pattern;
        this.initiator = initiator;
        this.ownStatic = ownStatic;
        this.otherStatic = otherStatic == null ? null : otherStatic.clone();
        this.psks = psks.iterator();
        this.ownEphemeral = ownEphemeral;
        symmetric = new SymmetricState(pattern.protocolName(cipher), cipher);
        symmetric.mixHash(prologue);
        if (pattern.initiatorKnown()) {
            symmetric.mixHash(staticOf(true));
        }
        if (pattern.responderKnown()) {
            symmetric.mixHash(staticOf(false));
        }
    }

    boolean isFinished() {
        return next == pattern.messages().size();
    }

    boolean isMyTurn() {
        return !isFinished() && (next % 2 == 0) == initiator;
    }

    /** The other side's static key, as far as it is known. */
    byte @Nullable [] otherStatic() {
        return otherStatic == null ? null : otherStatic.clone();
    }

    /** h: what both sides have said and heard; the channel binding once the handshake is finished. */
    byte[] hash() {
        return symmetric.handshakeHash();
    }

    /** WriteMessage. */
    byte[] write(byte[] payload) throws NoiseException {
        if (!isMyTurn()) {
            throw new IllegalStateException("not this side's turn");
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (HandshakePattern.Token token : pattern.messages().get(next)) {
            switch (token) {
                case E -> {
                    byte[] key = ownEphemeral.publicKey();
                    message.writeBytes(key);
                    mixEphemeral(key);
                }
                case S -> message.writeBytes(symmetric.encryptAndHash(own().publicKey()));
                case EE, ES, SE, SS, PSK -> mix(token);
            }
        }
        message.writeBytes(symmetric.encryptAndHash(payload));
        next++;
        return message.toByteArray();
    }

    /**
     * ReadMessage.
     *
     * @return the payload
     * @throws NoiseException if it was not made by somebody who has the keys; the state must not be used any further
     */
    byte[] read(byte[] message) throws NoiseException {
        if (isFinished() || isMyTurn()) {
            throw new IllegalStateException("not the other side's turn");
        }
        int at = 0;
        for (HandshakePattern.Token token : pattern.messages().get(next)) {
            switch (token) {
                case E -> {
                    byte[] key = Arrays.copyOfRange(message, at, end(message, at, KeyPair25519.BYTES));
                    at += key.length;
                    otherEphemeral = key;
                    mixEphemeral(key);
                }
                case S -> {
                    int length = KeyPair25519.BYTES + (symmetric.hasKey() ? CipherState.TAG_BYTES : 0);
                    end(message, at, length);
                    otherStatic = symmetric.decryptAndHash(message, at, length);
                    at += length;
                }
                case EE, ES, SE, SS, PSK -> mix(token);
            }
        }
        byte[] payload = symmetric.decryptAndHash(message, at, message.length - at);
        next++;
        return payload;
    }

    /** Split: what this side sends with, then what it receives with. */
    CipherState[] split() {
        if (!isFinished()) {
            throw new IllegalStateException("the handshake is not finished");
        }
        CipherState[] pair = symmetric.split();
        return initiator ? pair : new CipherState[] {pair[1], pair[0]};
    }

    private void mixEphemeral(byte[] key) {
        symmetric.mixHash(key);
        if (pattern.psks() > 0) { // section 9.2
            symmetric.mixKey(key);
        }
    }

    private void mix(HandshakePattern.Token token) throws NoiseException {
        switch (token) {
            case EE -> symmetric.mixKey(ownEphemeral.agree(theirs(otherEphemeral)));
            case ES -> symmetric.mixKey(initiator ? ephemeralWithStatic() : staticWithEphemeral());
            case SE -> symmetric.mixKey(initiator ? staticWithEphemeral() : ephemeralWithStatic());
            case SS -> symmetric.mixKey(own().agree(theirs(otherStatic)));
            case PSK -> symmetric.mixKeyAndHash(psks.next());
            case E, S -> throw new IllegalArgumentException(token.name());
        }
    }

    private byte[] ephemeralWithStatic() throws NoiseException {
        return ownEphemeral.agree(theirs(otherStatic));
    }

    private byte[] staticWithEphemeral() throws NoiseException {
        return own().agree(theirs(otherEphemeral));
    }

    private KeyPair25519 own() {
        return requireNonNull(ownStatic, "ownStatic");
    }

    private byte[] staticOf(boolean ofInitiator) {
        return ofInitiator == initiator ? own().publicKey() : theirs(otherStatic);
    }

    private static byte[] theirs(byte @Nullable [] key) {
        return requireNonNull(key, "key");
    }

    private static int end(byte[] message, int at, int length) throws NoiseException {
        if (message.length - at < length) {
            throw new NoiseException("a message of " + message.length + " bytes (expected: >= " + (at + length) + ")");
        }
        return at + length;
    }
}
