package dev.culvert.plugin.transport.tls;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Principal;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.auth.EndPointBinding;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The server's end. */
final class TlsServer implements Transport {

    private final Contexts contexts;
    private final ClientAuth clientAuth;
    private final PrincipalRule rule;

    TlsServer(Contexts contexts, ClientAuth clientAuth, PrincipalRule rule) {
        this.contexts = contexts;
        this.clientAuth = clientAuth;
        this.rule = rule;
    }

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        throw new IllegalStateException("a server's half connects to nobody");
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        Contexts.Started started;
        try {
            started = contexts.start(context -> context.accept(raw.alloc()));
        } catch (CulvertException e) {
            return raw.eventLoop().newFailedFuture(e);
        }
        Promise<Optional<PrivateConnection>> promise = raw.eventLoop().newPromise();
        Identity identity = requireNonNull(started.identity());
        new Handshake(
                        Outcome::ofServer,
                        Outcome::late,
                        (channel, session) -> learned(channel, session, identity.leaf()))
                .start(raw, started.handler())
                .addListener((Future<PrivateConnection> done) -> {
                    if (done.isSuccess()) {
                        promise.setSuccess(Optional.of(done.getNow()));
                    } else {
                        promise.setFailure(done.cause());
                    }
                });
        return promise;
    }

    @Override
    public boolean isConfidential() {
        return true;
    }

    @Override
    public boolean establishesIdentity() {
        return clientAuth == ClientAuth.REQUIRE;
    }

    @Override
    public List<String> pins() {
        Identity identity = requireNonNull(contexts.load().identity());
        return List.of(Pin.of(identity.leaf()).toString());
    }

    @Override
    public void close() {
        contexts.close();
    }

    private PrivateConnection learned(Channel channel, SSLSession session, X509Certificate own) {
        X509Certificate client = certificate(session);
        return new PrivateConnection(
                channel,
                new AuthenticationContext(
                        channel.remoteAddress(),
                        client == null ? null : client.getSubjectX500Principal().getName(),
                        EndPointBinding.of(own),
                        true),
                // The trust manager has refused certificates without a name.
                client == null ? null : Principal.of(rule.name(client).orElseThrow()));
    }

    private @Nullable X509Certificate certificate(SSLSession session) {
        if (clientAuth == ClientAuth.NONE) {
            return null;
        }
        try {
            return (X509Certificate) session.getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            return null; // optional, and it had none
        }
    }
}
