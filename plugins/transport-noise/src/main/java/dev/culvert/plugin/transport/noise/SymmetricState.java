package dev.culvert.plugin.transport.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Section 5.2, SymmetricState, with SHA-256: the chaining key, the hash of all that was said, and the cipher. */
final class SymmetricState {

    private static final int HASH_BYTES = 32;
    private static final byte[] NOTHING = {};

    private final NoiseCipher kind;
    private final CipherState cipher;
    private final MessageDigest sha256;
    private final Mac hmac;
    private byte[] chainingKey;
    private byte[] hash;

    /** InitializeSymmetric. */
    SymmetricState(String protocolName, NoiseCipher kind) {
        this.kind = kind;
        cipher = new CipherState(kind);
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
            hmac = Mac.getInstance("HmacSHA256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has both
        }
        byte[] name = protocolName.getBytes(US_ASCII);
        hash = name.length <= HASH_BYTES ? Arrays.copyOf(name, HASH_BYTES) : sha256.digest(name);
        chainingKey = hash;
    }

    void mixKey(byte[] material) {
        byte[][] keys = hkdf(material, 2);
        chainingKey = keys[0];
        cipher.initializeKey(keys[1]);
    }

    void mixHash(byte[] data) {
        mixHash(data, 0, data.length);
    }

    void mixKeyAndHash(byte[] material) {
        byte[][] keys = hkdf(material, 3);
        chainingKey = keys[0];
        mixHash(keys[1]);
        cipher.initializeKey(keys[2]);
    }

    byte[] handshakeHash() {
        return hash.clone();
    }

    boolean hasKey() {
        return cipher.hasKey();
    }

    byte[] encryptAndHash(byte[] plaintext) throws NoiseException {
        byte[] sealed = new byte[plaintext.length + (hasKey() ? CipherState.TAG_BYTES : 0)];
        cipher.seal(hash, plaintext, 0, plaintext.length, sealed, 0);
        mixHash(sealed);
        return sealed;
    }

    byte[] decryptAndHash(byte[] message, int at, int length) throws NoiseException {
        byte[] plaintext = new byte[Math.max(0, length - (hasKey() ? CipherState.TAG_BYTES : 0))];
        cipher.open(hash, message, at, length, plaintext, 0);
        mixHash(message, at, length);
        return plaintext;
    }

    /** Split: the first is the initiator's to send with. */
    CipherState[] split() {
        byte[][] keys = hkdf(NOTHING, 2);
        CipherState[] pair = {new CipherState(kind), new CipherState(kind)};
        pair[0].initializeKey(keys[0]);
        pair[1].initializeKey(keys[1]);
        return pair;
    }

    private void mixHash(byte[] data, int at, int length) {
        sha256.update(hash);
        sha256.update(data, at, length);
        hash = sha256.digest();
    }

    /** Section 4.3. */
    private byte[][] hkdf(byte[] material, int outputs) {
        byte[] temporary = hmac(chainingKey, material);
        byte[][] out = new byte[outputs][];
        byte[] previous = NOTHING;
        for (int i = 0; i < outputs; i++) {
            byte[] input = Arrays.copyOf(previous, previous.length + 1);
            input[previous.length] = (byte) (i + 1);
            previous = hmac(temporary, input);
            out[i] = previous;
        }
        return out;
    }

    private byte[] hmac(byte[] key, byte[] data) {
        try {
            hmac.init(new SecretKeySpec(key, "HmacSHA256"));
            return hmac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
