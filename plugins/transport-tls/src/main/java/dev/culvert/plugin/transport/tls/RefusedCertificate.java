package dev.culvert.plugin.transport.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** A peer's certificate that does not do; finds its way out of the handshake as a cause. */
final class RefusedCertificate extends CertificateException {

    private static final long serialVersionUID = 1;

    private static final int MOST_NAME = 200;

    private final transient Pin seen;
    private final String subject;

    RefusedCertificate(X509Certificate certificate, String reason, CertificateException cause) {
        super(reason, cause);
        seen = Pin.of(certificate);
        subject = subject(certificate);
    }

    RefusedCertificate(X509Certificate certificate, String reason) {
        super(reason);
        seen = Pin.of(certificate);
        subject = subject(certificate);
    }

    Pin seen() {
        return seen;
    }

    /** Its name, as it claims. */
    String subject() {
        return subject;
    }

    private static String subject(X509Certificate certificate) {
        // RFC 2253 escapes what is not printable.
        String name = certificate.getSubjectX500Principal().getName();
        return name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME) + "…";
    }
}
