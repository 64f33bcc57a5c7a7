package dev.culvert.spi.auth;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import java.util.Map;

/** The channel binding {@code tls-server-end-point} (RFC 5929, section 4): a hash of the server's certificate. */
public final class EndPointBinding {

    /** Its IANA name. */
    public static final String NAME = "tls-server-end-point";

    private static final String DEFAULT_HASH = "SHA-256";

    private EndPointBinding() {}

    /**
     * The binding of a connection, for {@link AuthenticationContext#bindings}.
     *
     * @param server the certificate that the server has shown
     */
    public static Map<String, byte[]> of(X509Certificate server) {
        try {
            return Map.of(NAME, MessageDigest.getInstance(hash(server)).digest(server.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no channel binding of a certificate that was accepted", e);
        }
    }

    // The hash of the certificate's signature, but SHA-256 for MD5 and SHA-1; where the signature has no single hash
    // (Ed25519) the RFC leaves it open, and it is SHA-256 here.
    private static String hash(X509Certificate certificate) throws GeneralSecurityException {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (algorithm.contains("PSS") && certificate.getSigAlgParams() != null) {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            try {
                parameters.init(certificate.getSigAlgParams());
            } catch (java.io.IOException e) {
                throw new GeneralSecurityException(e);
            }
            algorithm = parameters
                    .getParameterSpec(PSSParameterSpec.class)
                    .getDigestAlgorithm()
                    .replace("-", "");
        }
        for (String bits : new String[] {"512", "384", "224"}) {
            if (algorithm.startsWith("SHA" + bits)) {
                return "SHA-" + bits;
            }
        }
        return DEFAULT_HASH;
    }
}
