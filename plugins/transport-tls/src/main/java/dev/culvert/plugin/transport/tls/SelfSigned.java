package dev.culvert.plugin.transport.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** Makes a certificate (RFC 5280) for an EC key that nobody but the key itself vouches for. */
final class SelfSigned {

    /** What clients and scanners take for a sane lifetime; a new one is made long before. */
    static final Duration LIFETIME = Duration.ofDays(365);

    private static final String ECDSA_WITH_SHA256 = "2A8648CE3D040302";
    private static final String COMMON_NAME = "550403";
    private static final String KEY_USAGE = "551D0F";
    private static final String SUBJECT_ALTERNATIVE_NAME = "551D11";
    private static final String BASIC_CONSTRAINTS = "551D13";
    private static final String EXTENDED_KEY_USAGE = "551D25";
    private static final String SERVER_AUTHENTICATION = "2B06010505070301";
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;
    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final int SERIAL_BITS = 126;
    private static final Duration FOR_SLOW_CLOCKS = Duration.ofDays(1);

    private SelfSigned() {}

    /** A certificate of this name, from yesterday on. */
    static X509Certificate of(KeyPair pair, String name, Instant now) {
        byte[] algorithm = Der.sequence(Der.oid(ECDSA_WITH_SHA256));
        byte[] subject = Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.text(name))));
        Instant from = now.minus(FOR_SLOW_CLOCKS);
        byte[] unsigned = Der.sequence(
                Der.explicit(0, Der.integer(2)), // version 3
                Der.integer(new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE)),
                algorithm,
                subject,
                Der.sequence(Der.time(from), Der.time(from.plus(LIFETIME))),
                subject,
                pair.getPublic().getEncoded(),
                Der.explicit(3, extensions()));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(unsigned);
            byte[] signed = Der.sequence(unsigned, algorithm, Der.bits(0, signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no certificate could be made", e);
        }
    }

    private static byte[] extensions() {
        return Der.sequence(
                extension(BASIC_CONSTRAINTS, true, Der.sequence()),
                extension(KEY_USAGE, true, Der.bits(7, new byte[] {(byte) 0x80})), // digitalSignature
                extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.oid(SERVER_AUTHENTICATION))),
                extension(
                        SUBJECT_ALTERNATIVE_NAME,
                        false,
                        // Names that are true of every machine: its real ones are no stranger's business.
                        Der.sequence(
                                Der.value(DNS_NAME, "localhost".getBytes(US_ASCII)),
                                Der.value(IP_ADDRESS, new byte[] {127, 0, 0, 1}),
                                Der.value(IP_ADDRESS, IPV6_LOOPBACK))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.bool(true), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }
}
