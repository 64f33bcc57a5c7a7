package dev.culvert.plugin.transport.noise;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Section 5.1, CipherState: a key and the nonce of the next message. Works on arrays, where the JDK's ciphers are
 * several times faster than on direct buffers. Not thread-safe.
 */
final class CipherState {

    static final int KEY_BYTES = 32;
    static final int TAG_BYTES = 16;

    // 2^64-1 is REKEY's own (section 4.2); as a signed number it is -1.
    private static final long LAST_NONCE = -1;
    private static final byte[] NOTHING = {};

    private final NoiseCipher kind;
    private final Cipher cipher;
    private @Nullable SecretKeySpec key;
    private long nonce;

    CipherState(NoiseCipher kind) {
        this.kind = kind;
        try {
            cipher = Cipher.getInstance(kind.transformation);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has both
        }
    }

    /** InitializeKey. */
    void initializeKey(byte[] bytes) {
        key = new SecretKeySpec(bytes, kind.keyAlgorithm);
        nonce = 0;
    }

    boolean hasKey() {
        return key != null;
    }

    /** SetNonce. */
    void setNonce(long next) {
        nonce = next;
    }

    /**
     * EncryptWithAd, or a copy as long as there is no key.
     *
     * @return how many bytes were written
     * @throws NoiseException if the nonces are used up
     */
    int seal(byte[] ad, byte[] in, int inAt, int length, byte[] out, int outAt) throws NoiseException {
        return crypt(Cipher.ENCRYPT_MODE, ad, in, inAt, length, out, outAt);
    }

    /**
     * DecryptWithAd, or a copy as long as there is no key. The nonce stays when it fails.
     *
     * @return how many bytes were written
     * @throws NoiseException if the message is not authentic, or the nonces are used up
     */
    int open(byte[] ad, byte[] in, int inAt, int length, byte[] out, int outAt) throws NoiseException {
        if (key != null && length < TAG_BYTES) {
            throw new NoiseException("a message of " + length + " bytes (expected: >= " + TAG_BYTES + ")");
        }
        return crypt(Cipher.DECRYPT_MODE, ad, in, inAt, length, out, outAt);
    }

    /** Rekey: the nonce goes on. */
    void rekey() {
        SecretKeySpec old = key;
        if (old == null) {
            throw new IllegalStateException("no key");
        }
        byte[] sealed = new byte[KEY_BYTES + TAG_BYTES];
        try {
            run(Cipher.ENCRYPT_MODE, old, LAST_NONCE, NOTHING, new byte[KEY_BYTES], 0, KEY_BYTES, sealed, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        key = new SecretKeySpec(sealed, 0, KEY_BYTES, kind.keyAlgorithm);
        Arrays.fill(sealed, (byte) 0);
    }

    private int crypt(int mode, byte[] ad, byte[] in, int inAt, int length, byte[] out, int outAt)
            throws NoiseException {
        SecretKeySpec held = key;
        if (held == null) {
            System.arraycopy(in, inAt, out, outAt, length);
            return length;
        }
        if (nonce == LAST_NONCE) {
            throw new NoiseException("the nonces are used up");
        }
        try {
            int written = run(mode, held, nonce, ad, in, inAt, length, out, outAt);
            nonce++;
            return written;
        } catch (AEADBadTagException e) {
            throw new NoiseException("a message that is not authentic", e);
        } catch (ShortBufferException e) {
            throw new IllegalArgumentException(e);
        } catch (GeneralSecurityException e) {
            throw new NoiseException(String.valueOf(e.getMessage()), e);
        }
    }

    private int run(
            int mode,
            SecretKeySpec with,
            long number,
            byte[] ad,
            byte[] in,
            int inAt,
            int length,
            byte[] out,
            int outAt)
            throws GeneralSecurityException {
        cipher.init(mode, with, kind.parameters(number));
        if (ad.length > 0) {
            cipher.updateAAD(ad);
        }
        return cipher.doFinal(in, inAt, length, out, outAt);
    }
}
