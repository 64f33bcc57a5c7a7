package dev.culvert.plugin.transport.tls;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * The fingerprint of a public key (SubjectPublicKeyInfo) as RFC 7469 writes it, {@code sha256/BASE64}. It outlives the
 * certificate, which may be renewed.
 */
public final class Pin {

    private static final String PREFIX = "sha256/";
    private static final int BYTES = 32;

    private final byte[] digest;

    private Pin(byte[] digest) {
        this.digest = digest;
    }

    /**
     * Reads one.
     *
     * @param text {@code sha256/} and 32 bytes in base64
     * @throws IllegalArgumentException if it is anything else
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Pin parse(String text) {
        if (text.startsWith(PREFIX)) {
            try {
                byte[] digest = Base64.getDecoder().decode(text.substring(PREFIX.length()));
                if (digest.length == BYTES) {
                    return new Pin(digest);
                }
            } catch (IllegalArgumentException e) {
                // Said below.
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" (expected: sha256/ and 44 characters, as the server prints it)");
    }

    static Pin of(X509Certificate certificate) {
        try {
            byte[] spki = certificate.getPublicKey().getEncoded();
            return new Pin(MessageDigest.getInstance("SHA-256").digest(spki));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Pin pin && MessageDigest.isEqual(digest, pin.digest);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(digest);
    }

    @JsonValue
    @Override
    public String toString() {
        return PREFIX + Base64.getEncoder().encodeToString(digest);
    }
}
