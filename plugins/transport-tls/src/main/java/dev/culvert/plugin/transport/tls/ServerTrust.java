package dev.culvert.plugin.transport.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A client's judgement of servers: a pinned key is enough; without pins the certificate has to be vouched for, and to
 * carry the server's name. With both, both.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    private final List<Pin> pins;
    private final @Nullable X509ExtendedTrustManager authorities;

    /**
     * Trusts some servers.
     *
     * @param pins keys, any of which will do; empty for all
     * @param authorities who vouches; null if a pin is enough. It checks the name too, as the engine's parameters say
     */
    ServerTrust(List<Pin> pins, @Nullable X509ExtendedTrustManager authorities) {
        if (pins.isEmpty() && authorities == null) {
            throw new IllegalArgumentException("nothing that could be checked");
        }
        this.pins = pins;
        this.authorities = authorities;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("no certificate");
        }
        if (authorities != null) {
            try {
                authorities.checkServerTrusted(chain, authType, engine);
            } catch (CertificateException e) {
                throw new RefusedCertificate(chain[0], Doubts.about(e, chain[0]), e);
            }
        }
        requirePin(chain[0]);
    }

    private void requirePin(X509Certificate certificate) throws CertificateException {
        if (pins.isEmpty()) {
            return;
        }
        Pin seen = Pin.of(certificate);
        boolean known = false;
        for (Pin pin : pins) {
            known |= pin.equals(seen); // all of them, in constant time
        }
        if (!known) {
            throw new RefusedCertificate(certificate, "its key is not the pinned one");
        }
    }

    // Without an engine there is no name to check. Nothing in Netty calls these.

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a server is judged with its name only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("a server is judged with its name only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a client judges no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("a client judges no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("a client judges no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
    }
}
