package dev.culvert.client;

import dev.culvert.spi.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Looks at the certificates that a server shows, whoever it is. Nothing is sent to it; whether it is the right one is for
 * the client's own transport to find out.
 */
final class Certificates {

    private Certificates() {}

    /**
     * What a server shows, its own first.
     *
     * @throws IOException if it cannot be reached or speaks no TLS
     */
    static List<X509Certificate> of(HostPort server, Duration patience) throws IOException {
        Seen seen = new Seen();
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {seen}, null);
            try (Socket raw = new Socket()) {
                raw.connect(new InetSocketAddress(server.host(), server.port()), (int) patience.toMillis());
                raw.setSoTimeout((int) patience.toMillis());
                try (SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket(raw, server.host(), server.port(), true)) {
                    SSLParameters parameters = socket.getSSLParameters();
                    List<SNIServerName> names = names(server.host());
                    if (!names.isEmpty()) {
                        parameters.setServerNames(names);
                        socket.setSSLParameters(parameters);
                    }
                    socket.startHandshake();
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        } catch (IOException e) {
            if (seen.chain.isEmpty()) {
                throw e;
            }
            // It wants a certificate of this client too, say; what it has shown itself is enough.
        }
        return seen.chain;
    }

    /** What a client pins: the digest of the key, as the server prints it. */
    static String pin(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return "sha256/" + Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<SNIServerName> names(String host) {
        try {
            boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
            return address ? List.of() : List.of(new SNIHostName(host));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /** Takes everything, and remembers it. */
    private static final class Seen extends X509ExtendedTrustManager {

        private volatile List<X509Certificate> chain = List.of();

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket) {
            chain = List.of(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine) {
            chain = List.of(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) {
            chain = List.of(shown);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("this is no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this is no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type) throws CertificateException {
            throw new CertificateException("this is no server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
