package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.stream.HeldReads;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.Map;
import java.util.Optional;

/**
 * Has a proxy connect to the server, and then hands the connection on as it is. Netty's own proxy handlers do not fit:
 * they act when a channel connects, and a transport is given a connected one.
 */
final class ProxyTransport implements Transport {

    private static final String LIMIT = "proxy-limit";
    private static final String CONNECT = "proxy-connect";

    private final Proxy proxy;
    private final ConnectFactory protocol;

    ProxyTransport(Proxy proxy, ConnectFactory protocol) {
        this.proxy = proxy;
        this.protocol = protocol;
    }

    /** Makes what speaks to a proxy about one connection. */
    @FunctionalInterface
    interface ConnectFactory {

        /**
         * Makes one.
         *
         * @param proxy the proxy
         * @param server where it is to connect to
         * @param done completes on the connection's loop
         */
        ProxyConnect make(Proxy proxy, HostPort server, Promise<Void> done);
    }

    @Override
    public HostPort wireAddress(HostPort server) {
        return proxy.address();
    }

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        Promise<PrivateConnection> promise = raw.eventLoop().newPromise();
        Promise<Void> done = raw.eventLoop().newPromise();
        ChannelPipeline pipeline = raw.pipeline();
        ProxyConnect connect = protocol.make(proxy, server.orHost("localhost"), done);
        done.addListener(connected -> {
            if (!connected.isSuccess()) {
                promise.tryFailure(connected.cause());
                return;
            }
            raw.config().setAutoRead(false);
            pipeline.addLast("proxy-held", new HeldReads());
            pipeline.remove(CONNECT);
            pipeline.remove(LIMIT);
            connect.removeCodec(pipeline); // last: it passes on what came after the answer
            promise.trySuccess(new PrivateConnection(
                    raw, new AuthenticationContext(raw.remoteAddress(), null, Map.of(), false), null));
        });
        pipeline.addLast(LIMIT, new AnswerLimit());
        pipeline.addLast(CONNECT, connect);
        raw.config().setAutoRead(true);
        return promise;
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        return raw.eventLoop()
                .newFailedFuture(new CulvertException(
                        WireError.TRANSPORT_FAILED, "transport " + proxy.type() + " accepts no connections."));
    }

    @Override
    public boolean isConfidential() {
        return false;
    }
}
