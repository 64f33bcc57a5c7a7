package dev.culvert.plugin.transport.tls;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** What is wrong with a certificate, in words for whoever has to replace it: not the JDK's, which name its classes. */
final class Doubts {

    private Doubts() {}

    /**
     * Why a trust manager refused a certificate.
     *
     * @param refusal what it threw
     * @param certificate the peer's own, the first of its chain
     */
    static String about(CertificateException refusal, X509Certificate certificate) {
        if (Alert.find(refusal, CertificateExpiredException.class).isPresent()) {
            return "it, or one that vouches for it, has expired (it is valid until "
                    + certificate.getNotAfter().toInstant() + ")";
        }
        if (Alert.find(refusal, CertificateNotYetValidException.class).isPresent()) {
            return "it, or one that vouches for it, is not valid yet (it is from "
                    + certificate.getNotBefore().toInstant() + " on)";
        }
        CertPathValidatorException.Reason reason = Alert.find(refusal, CertPathValidatorException.class)
                .map(CertPathValidatorException::getReason)
                .orElse(BasicReason.UNSPECIFIED);
        if (reason == BasicReason.ALGORITHM_CONSTRAINED) {
            return "its algorithm, or the size of its key, is too weak";
        }
        if (reason == BasicReason.REVOKED) {
            return "it is revoked";
        }
        boolean noWay = Alert.find(refusal, CertPathBuilderException.class).isPresent();
        if (noWay || reason == PKIXReason.NO_TRUST_ANCHOR) {
            boolean selfSigned = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
            return selfSigned
                    ? "it is self-signed, and no authority that this end knows vouches for it"
                    : "no authority that this end knows vouches for it";
        }
        return Optional.ofNullable(refusal.getMessage())
                .filter(message -> refusal.getCause() == null) // a name that does not match
                .map(message -> message.replaceFirst("\\.$", ""))
                .orElse("it cannot be verified");
    }
}
