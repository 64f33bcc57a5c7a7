package dev.culvert.plugin.transport.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys as text (RFC 7468).
 *
 * @param label what it is: {@code CERTIFICATE}, {@code PRIVATE KEY} …
 * @param der its encoding
 */
record Pem(String label, byte[] der) {

    static final String CERTIFICATE = "CERTIFICATE";
    static final String PRIVATE_KEY = "PRIVATE KEY";
    static final String PUBLIC_KEY = "PUBLIC KEY";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final long MOST_BYTES = 8 * 1024 * 1024;
    private static final String EC_PUBLIC_KEY = "2A8648CE3D0201";
    private static final String RSA_ENCRYPTION = "2A864886F70D010101";
    private static final int EC_PARAMETERS = 0xA0;

    /** Everything of a file, in order. */
    static List<Pem> read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("longer than " + MOST_BYTES + " bytes");
        }
        Matcher matcher = BLOCK.matcher(new String(Files.readAllBytes(file), US_ASCII));
        List<Pem> blocks = new ArrayList<>();
        while (matcher.find()) {
            try {
                blocks.add(new Pem(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IOException("block " + (blocks.size() + 1) + " is not base64", e);
            }
        }
        return blocks;
    }

    /** The certificates of a file, in order; none is an error. */
    static List<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (Pem block : read(file)) {
            if (block.label.equals(CERTIFICATE)) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der)));
            }
        }
        if (certificates.isEmpty()) {
            throw new GeneralSecurityException("no certificate in it (expected: PEM, -----BEGIN CERTIFICATE-----)");
        }
        return certificates;
    }

    /** The first private key of a file: PKCS #8, PKCS #1 or SEC 1, not encrypted. */
    static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        for (Pem block : read(file)) {
            switch (block.label) {
                case PRIVATE_KEY -> {
                    return privateKey(block.der);
                }
                case "RSA PRIVATE KEY" -> {
                    return privateKey(pkcs8(Der.sequence(Der.oid(RSA_ENCRYPTION), Der.none()), block.der));
                }
                case "EC PRIVATE KEY" -> {
                    return privateKey(pkcs8(Der.sequence(Der.oid(EC_PUBLIC_KEY), curve(block.der)), block.der));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new GeneralSecurityException("the key is encrypted (expected: a plain one, or pkcs12)");
                default -> {
                    // A certificate, or the parameters that openssl puts before an EC key.
                }
            }
        }
        throw new GeneralSecurityException("no private key in it (expected: PEM, -----BEGIN PRIVATE KEY-----)");
    }

    static PrivateKey privateKey(byte[] pkcs8) throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
        for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // One of another kind.
            }
        }
        throw new GeneralSecurityException("a private key of an unknown kind (expected: EC, RSA or Ed25519)");
    }

    static PublicKey ecPublicKey(byte[] spki) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
    }

    @Override
    public String toString() {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return Der.sequence(Der.integer(0), algorithm, Der.octets(key));
    }

    // ECPrivateKey ::= SEQUENCE { version INTEGER, privateKey OCTET STRING, parameters [0] OID, … } (RFC 5915)
    private static byte[] curve(byte[] sec1) throws GeneralSecurityException {
        int at = sec1.length > 1 && sec1[1] < 0 ? 2 + (sec1[1] & 0x7F) : 2;
        while (at + 1 < sec1.length && sec1[at + 1] >= 0) { // all of these are short
            int length = sec1[at + 1];
            if ((sec1[at] & 0xFF) == EC_PARAMETERS && at + 2 + length <= sec1.length) {
                return Arrays.copyOfRange(sec1, at + 2, at + 2 + length);
            }
            at += 2 + length;
        }
        throw new GeneralSecurityException("the EC key does not name its curve");
    }
}
