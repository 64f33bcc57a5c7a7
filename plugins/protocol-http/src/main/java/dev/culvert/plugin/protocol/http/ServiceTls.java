package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.protocol.ServiceOpening;
import dev.culvert.spi.stream.HeldReads;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The client's TLS with a service: 1.3 or 1.2, never without verification. Thread-safe. */
final class ServiceTls implements ServiceOpening {

    private static final long CLOSE_NOTIFY_MILLIS = 1000;

    private final LocalTarget target;
    private final String name;
    private final String protocol;
    private final SslContext context;

    private ServiceTls(LocalTarget target, String name, String protocol, SslContext context) {
        this.target = target;
        this.name = name;
        this.protocol = protocol;
        this.context = context;
    }

    /**
     * Reads what it takes.
     *
     * @param target the service
     * @param ca PEM, who vouches for it; null for those that the system trusts
     * @param pins its keys; empty for any
     * @param serverName the name in its certificate; null for its host
     */
    static ServiceTls of(LocalTarget target, @Nullable Path ca, List<String> pins, @Nullable String serverName) {
        String protocol =
                target.scheme().isHttp2() ? ApplicationProtocolNames.HTTP_2 : ApplicationProtocolNames.HTTP_1_1;
        try {
            SslContext context = SslContextBuilder.forClient()
                    .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .trustManager(ServiceTrust.of(pins, ca))
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            protocol))
                    .build();
            String expected = serverName != null ? serverName : target.host();
            return new ServiceTls(target, expected, protocol, context);
        } catch (IOException | GeneralSecurityException e) {
            throw new CulvertException(
                    ConfigError.FILE_UNREADABLE,
                    (ca == null ? "the system's certificates" : "ca: " + ca) + " (" + e.getMessage() + ").",
                    e);
        }
    }

    @Override
    public Future<DuplexChannel> open(DuplexChannel connection) {
        Promise<DuplexChannel> opened = connection.eventLoop().newPromise();
        if (!connection.isActive()) {
            return opened.setFailure(failed("the connection was lost", null));
        }
        SslHandler tls = context.newHandler(connection.alloc(), name, target.port());
        tls.setHandshakeTimeoutMillis(0); // the service has connect_timeout for all of it
        tls.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
        ServiceTlsEdge edge = new ServiceTlsEdge(tls);
        tls.handshakeFuture().addListener((Future<Channel> done) -> {
            if (!done.isSuccess()) {
                opened.setFailure(failure(done.cause()));
            } else if (target.scheme().isHttp2() && !protocol.equals(tls.applicationProtocol())) {
                opened.setFailure(failed("it does not offer HTTP/2 (ALPN)", null));
            } else {
                edge.established();
                opened.setSuccess(new ServiceTlsChannel(connection, tls, edge));
            }
        });
        // A service may speak first: what it says waits for the stream.
        connection.pipeline().addLast(tls, edge, new HeldReads());
        connection.pipeline().context(edge).read(); // not through what holds back
        return opened;
    }

    private CulvertException failure(Throwable cause) {
        ServiceTrust.Refused refused = ServiceTrust.find(cause, ServiceTrust.Refused.class);
        if (refused != null) {
            return new CulvertException(
                    ServiceError.CERTIFICATE_REFUSED, "local " + target + ": " + refused.getMessage() + ".", cause);
        }
        if (ServiceTrust.find(cause, NotSslRecordException.class) != null) {
            return failed("it does not speak TLS", cause);
        }
        return failed("the handshake of TLS failed (" + cause.getMessage() + ")", cause);
    }

    private CulvertException failed(String what, @Nullable Throwable cause) {
        return new CulvertException(ServiceError.FAILED, "local " + target + ": " + what + ".", cause);
    }
}
