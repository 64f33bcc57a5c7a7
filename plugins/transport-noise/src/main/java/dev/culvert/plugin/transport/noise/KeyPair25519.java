package dev.culvert.plugin.transport.noise;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;

/** Section 12.1: a key pair of Curve25519, raw bytes outside (RFC 7748), JCA's objects inside. */
final class KeyPair25519 {

    static final int BYTES = 32;

    // The DER of RFC 8410 around a raw key.
    private static final byte[] PUBLIC_PREFIX = HexFormat.of().parseHex("302a300506032b656e032100");
    private static final byte[] PRIVATE_PREFIX = HexFormat.of().parseHex("302e020100300506032b656e04220420");
    private static final byte[] BASE_POINT = basePoint();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final PrivateKey privateKey;
    private final byte[] publicKey;

    private KeyPair25519(PrivateKey privateKey, byte[] publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** GENERATE_KEYPAIR. */
    static KeyPair25519 generate() {
        return of(randomKey());
    }

    static byte[] randomKey() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static KeyPair25519 of(byte[] raw) {
        if (raw.length != BYTES) {
            throw new IllegalArgumentException("private key: " + raw.length + " bytes (expected: " + BYTES + ")");
        }
        try {
            PrivateKey key = KeyFactory.getInstance("X25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(join(PRIVATE_PREFIX, raw)));
            return new KeyPair25519(key, agree(key, BASE_POINT));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * DH.
     *
     * @throws NoiseException if the other key is one of those that make any secret zero
     */
    byte[] agree(byte[] other) throws NoiseException {
        try {
            return agree(privateKey, other);
        } catch (GeneralSecurityException e) {
            throw new NoiseException("a public key that is not one", e);
        }
    }

    private static byte[] agree(PrivateKey own, byte[] other) throws GeneralSecurityException {
        PublicKey key =
                KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(join(PUBLIC_PREFIX, other)));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(own);
        agreement.doPhase(key, true);
        return agreement.generateSecret();
    }

    private static byte[] basePoint() {
        byte[] point = new byte[BYTES];
        point[0] = 9;
        return point;
    }

    private static byte[] join(byte[] prefix, byte[] raw) {
        byte[] joined = new byte[prefix.length + raw.length];
        System.arraycopy(prefix, 0, joined, 0, prefix.length);
        System.arraycopy(raw, 0, joined, prefix.length, raw.length);
        return joined;
    }
}
