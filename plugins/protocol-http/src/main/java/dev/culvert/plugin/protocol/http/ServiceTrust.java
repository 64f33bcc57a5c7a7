package dev.culvert.plugin.protocol.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A client's judgement of its services' certificates: a pinned key is enough; without pins the certificate has to be vouched
 * for, and to carry the service's name. With both, both. Thread-safe.
 */
final class ServiceTrust extends X509ExtendedTrustManager {

    /** {@code sha256/} and the hash of a public key (RFC 7469). */
    static final String PIN = "sha256/[A-Za-z0-9+/]{43}=";

    private final List<String> pins;
    private final @Nullable X509ExtendedTrustManager authorities;

    private ServiceTrust(List<String> pins, @Nullable X509ExtendedTrustManager authorities) {
        this.pins = pins;
        this.authorities = authorities;
    }

    /** A certificate that does not do; finds its way out of the handshake as a cause. */
    static final class Refused extends CertificateException {

        private static final long serialVersionUID = 1;

        Refused(X509Certificate seen, String reason, @Nullable CertificateException cause) {
            super(
                    "the certificate of " + seen.getSubjectX500Principal().getName() + ": " + reason + "; its key is "
                            + pin(seen),
                    cause);
        }
    }

    /**
     * Trusts some services.
     *
     * @param pins keys, any of which will do; empty for all
     * @param ca PEM, who vouches; null for those that the system trusts, or for nobody if there are pins
     */
    static ServiceTrust of(List<String> pins, @Nullable Path ca) throws IOException, GeneralSecurityException {
        return new ServiceTrust(pins, pins.isEmpty() || ca != null ? authorities(ca) : null);
    }

    static String pin(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return "sha256/" + Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (authorities != null) {
            try {
                authorities.checkServerTrusted(chain, authType, engine);
            } catch (CertificateException e) {
                throw new Refused(chain[0], reason(e), e);
            }
        }
        if (!pins.isEmpty() && !pins.contains(pin(chain[0]))) {
            throw new Refused(chain[0], "its key is not the pinned one", null);
        }
    }

    private static String reason(CertificateException refusal) {
        if (find(refusal, CertificateExpiredException.class) != null) {
            return "it, or one that vouches for it, has expired";
        }
        CertPathValidatorException path = find(refusal, CertPathValidatorException.class);
        boolean unknown = find(refusal, CertPathBuilderException.class) != null
                || path != null && path.getReason() == PKIXReason.NO_TRUST_ANCHOR;
        return unknown ? "nobody that this client trusts vouches for it" : String.valueOf(refusal.getMessage());
    }

    static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 16; cause = cause.getCause(), depth++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }

    private static X509ExtendedTrustManager authorities(@Nullable Path ca)
            throws IOException, GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(ca == null ? null : store(ca));
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Java has no X.509 trust manager"));
    }

    private static KeyStore store(Path ca) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(ca)) {
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException("no certificate in it (expected: PEM)");
        }
        return store;
    }

    // Without an engine there is no name to check. Nothing in Netty calls these.

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a service is judged with its name only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("a service is judged with its name only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("services are no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("services are no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("services are no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
    }
}
