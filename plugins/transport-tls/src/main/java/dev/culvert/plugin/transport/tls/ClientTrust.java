package dev.culvert.plugin.transport.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** A server's judgement of clients: vouched for, and with a name that makes a principal. */
final class ClientTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager authorities;
    private final PrincipalRule rule;

    ClientTrust(X509ExtendedTrustManager authorities, PrincipalRule rule) {
        this.authorities = authorities;
        this.rule = rule;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("no certificate");
        }
        try {
            authorities.checkClientTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw new RefusedCertificate(chain[0], Doubts.about(e, chain[0]), e);
        }
        // Here and not after the handshake, so that the client is told by an alert.
        if (rule.name(chain[0]).isEmpty()) {
            throw new RefusedCertificate(
                    chain[0], "it has no " + rule.name().toLowerCase(Locale.ROOT) + " that could be a principal");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a client is judged with its connection only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("not over a socket of Java's");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a server judges no servers");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("a server judges no servers");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("a server judges no servers");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}
