package dev.culvert.spi.protocol;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.proxy.ProxyHeader;
import dev.culvert.spi.proxy.ProxyVersion;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The usual client's half: connects each stream to a service that listens, and joins the two. Protocols whose
 * streams carry just what the service speaks need nothing else. Thread-safe.
 */
public final class DialingService implements LocalService {

    private final Network network;
    private final ServiceAddress target;
    private final String local;
    private final Duration connectTimeout;
    private final BridgeOptions options;
    private final @Nullable ProxyVersion proxyProtocol;
    private final @Nullable ServiceOpening opening;

    /**
     * Makes the client's half of a tunnel.
     *
     * @param network the platform's sockets
     * @param target where the service is; without a host, on this machine
     * @param connectTimeout how long the service may take to accept
     * @param options how streams and service are joined
     */
    public DialingService(Network network, ServiceAddress target, Duration connectTimeout, BridgeOptions options) {
        this(network, target, connectTimeout, options, null);
    }

    /**
     * Makes the client's half of a tunnel whose service is told who visits it.
     *
     * @param network the platform's sockets
     * @param target where the service is; without a host, on this machine
     * @param connectTimeout how long the service may take to accept
     * @param options how streams and service are joined
     * @param proxyProtocol the form of the {@link ProxyHeader} that each connection to the service begins with, or null
     *     for none
     */
    public DialingService(
            Network network,
            ServiceAddress target,
            Duration connectTimeout,
            BridgeOptions options,
            @Nullable ProxyVersion proxyProtocol) {
        this(network, target, connectTimeout, options, proxyProtocol, null);
    }

    /**
     * Makes the client's half of a tunnel whose service wants more than a connection before it is spoken to.
     *
     * @param network the platform's sockets
     * @param target where the service is; without a host, on this machine
     * @param connectTimeout how long the service may take to accept, and the opening to end
     * @param options how streams and service are joined
     * @param proxyProtocol the form of the {@link ProxyHeader} that each connection to the service begins with, or null
     *     for none
     * @param opening what comes after that and before the stream, or null for nothing
     */
    public DialingService(
            Network network,
            ServiceAddress target,
            Duration connectTimeout,
            BridgeOptions options,
            @Nullable ProxyVersion proxyProtocol,
            @Nullable ServiceOpening opening) {
        this.opening = opening;
        this.network = requireNonNull(network, "network");
        this.target = requireNonNull(target, "target");
        this.local = shown(target);
        this.connectTimeout = requireNonNull(connectTimeout, "connectTimeout");
        this.options = requireNonNull(options, "options");
        this.proxyProtocol = proxyProtocol;
    }

    /**
     * A service as people read it.
     *
     * @param target where it is
     */
    public static String shown(ServiceAddress target) {
        return target.shown();
    }

    @Override
    public void deliver(IncomingStream stream) {
        Future<DuplexChannel> dialled = dial(stream.channel().eventLoop(), stream.origin());
        // Whoever opened the stream may give up while the service is being dialled.
        stream.channel().closeFuture().addListener(gone -> dialled.cancel(false));
        dialled.addListener((Future<DuplexChannel> done) -> {
            if (done.isSuccess()) {
                stream.bridge(done.getNow(), options);
            } else if (!done.isCancelled()) {
                stream.refuse(failure(done.cause()));
            }
        });
    }

    @Override
    public Future<DuplexChannel> connect(EventLoop loop) {
        return dial(loop, StreamOrigin.UNKNOWN);
    }

    private Future<DuplexChannel> dial(EventLoop loop, StreamOrigin origin) {
        return new Dial(loop, origin, this, network.connect(loop, target)).start(connectTimeout);
    }

    /** Says first to a service that has accepted what comes before the stream. */
    Future<DuplexChannel> open(StreamOrigin origin, DuplexChannel service) {
        if (proxyProtocol != null) {
            service.writeAndFlush(ProxyHeader.of(proxyProtocol, origin));
        }
        return opening == null ? service.eventLoop().newSucceededFuture(service) : opening.open(service);
    }

    CulvertException timedOut() {
        return new CulvertException(
                ServiceError.TIMEOUT,
                "local " + local + " did not accept within " + connectTimeout.toMillis() + " ms.");
    }

    CulvertException failure(Throwable cause) {
        if (cause instanceof CulvertException known) {
            return known;
        }
        if (cause instanceof ConnectTimeoutException) {
            return new CulvertException(ServiceError.TIMEOUT, "local " + local + " did not accept in time.", cause);
        }
        if (cause instanceof UnknownHostException) {
            return new CulvertException(
                    ServiceError.UNKNOWN_HOST, "local " + local + ": the name does not resolve.", cause);
        }
        if (cause instanceof FileNotFoundException) {
            return new CulvertException(ServiceError.REFUSED, "local " + local + ": there is no such socket.", cause);
        }
        if (cause instanceof ConnectException) {
            return new CulvertException(ServiceError.REFUSED, "local " + local + " refused the connection.", cause);
        }
        return new CulvertException(ServiceError.FAILED, "local " + local + ": " + cause.getMessage() + ".", cause);
    }
}
