package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.KeySpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The functions of RFC 5802, section 2.2, with SHA-256 as RFC 7677 wants it. */
final class Scram {

    static final String MECHANISM = "SCRAM-SHA-256";

    static final String MECHANISM_PLUS = "SCRAM-SHA-256-PLUS";

    static final int HASH_BYTES = 32;

    // A token has 256 random bits: the count protects weak shared tokens, and is the least that RFC 7677 allows.
    static final int ITERATIONS = 4096;

    // A server could otherwise keep a client's processor busy for hours.
    static final int MAX_ITERATIONS = 1_000_000;

    static final int SALT_BYTES = 16;

    private static final int NONCE_BYTES = 18;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Scram() {}

    /** {@code Hi(str, salt, i)}. */
    static byte[] saltedPassword(String password, byte[] salt, int iterations) {
        KeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BYTES * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PBKDF2WithHmacSHA256", e);
        }
    }

    /** {@code HMAC(key, str)}. */
    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256", e);
        }
    }

    /** {@code H(str)}. */
    static byte[] hash(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256", e);
        }
    }

    /** {@code left XOR right}. */
    static byte[] xor(byte[] left, byte[] right) {
        byte[] result = left.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= right[i];
        }
        return result;
    }

    static byte[] random(int bytes) {
        byte[] result = new byte[bytes];
        RANDOM.nextBytes(result);
        return result;
    }

    static String nonce() {
        return base64(random(NONCE_BYTES));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Reads Base64 that has exactly one form: Java's decoder ignores missing padding and unused bits. */
    static byte[] unbase64(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (!base64(bytes).equals(text)) {
            throw new IllegalArgumentException("Base64 that is not in its shortest, padded form");
        }
        return bytes;
    }
}
