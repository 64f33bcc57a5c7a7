package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.EndPointBinding;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The client's end. */
final class TlsClient implements Transport {

    private final Contexts contexts;
    private final @Nullable String serverName;

    /**
     * Makes a client's end.
     *
     * @param serverName what the server is asked for and its certificate has to say; null for the server's host
     */
    TlsClient(Contexts contexts, @Nullable String serverName) {
        this.contexts = contexts;
        this.serverName = serverName;
    }

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        String name = serverName == null ? server.host() : serverName;
        Contexts.Started started;
        try {
            started = contexts.start(context -> context.connect(raw.alloc(), name, server.port()));
        } catch (CulvertException e) {
            return raw.eventLoop().newFailedFuture(e);
        }
        return new Handshake(failure -> Outcome.ofClient(failure, server), Outcome::lateOfClient, TlsClient::learned)
                .start(raw, started.handler());
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        throw new IllegalStateException("a client's half accepts nobody");
    }

    @Override
    public boolean isConfidential() {
        return true;
    }

    @Override
    public void close() {
        contexts.close();
    }

    private static PrivateConnection learned(Channel channel, SSLSession session) {
        X509Certificate server = certificate(session);
        return new PrivateConnection(
                channel,
                new AuthenticationContext(
                        channel.remoteAddress(),
                        server.getSubjectX500Principal().getName(),
                        EndPointBinding.of(server),
                        true),
                null);
    }

    private static X509Certificate certificate(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return (X509Certificate) chain[0];
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("a server without a certificate was accepted", e);
        }
    }
}
