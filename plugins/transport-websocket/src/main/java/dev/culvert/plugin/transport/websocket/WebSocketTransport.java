package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.Role;
import dev.culvert.spi.Secret;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.stream.HeldReads;
import dev.culvert.spi.transport.PrivateConnection;
import dev.culvert.spi.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a WebSocket of a connection: the upgrade of RFC 6455, then binary messages. */
final class WebSocketTransport implements Transport {

    private static final String LIMIT = "websocket-limit";
    private static final String HTTP = "websocket-http";
    private static final String UPGRADE = "websocket-upgrade";

    private final String path;
    private final @Nullable String host;
    private final Map<String, Secret> headers;

    WebSocketTransport(String path, @Nullable String host, Map<String, Secret> headers) {
        this.path = path;
        this.host = host;
        this.headers = headers;
    }

    @Override
    public Future<PrivateConnection> connect(Channel raw, HostPort server) {
        Promise<PrivateConnection> promise = raw.eventLoop().newPromise();
        UpgradeRequest request = new UpgradeRequest(path, host == null ? hostOf(server) : host, headers);
        ChannelPipeline pipeline = raw.pipeline();
        pipeline.addLast(LIMIT, new HandshakeLimit());
        pipeline.addLast(HTTP, new HttpClientCodec(Handshake.decoding(), false, true));
        pipeline.addLast(UPGRADE, new ClientUpgrade(request, server, (ctx, failure) -> {
            if (failure != null) {
                promise.tryFailure(failure);
            } else {
                established(ctx.pipeline(), Role.CLIENT);
                promise.trySuccess(connection(raw));
            }
        }));
        raw.config().setAutoRead(true);
        return promise;
    }

    @Override
    public Future<Optional<PrivateConnection>> accept(Channel raw) {
        Promise<Optional<PrivateConnection>> promise = raw.eventLoop().newPromise();
        ChannelPipeline pipeline = raw.pipeline();
        pipeline.addLast(LIMIT, new HandshakeLimit());
        pipeline.addLast(HTTP, new HttpServerCodec(Handshake.decoding()));
        pipeline.addLast(UPGRADE, new ServerUpgrade(path, (ctx, failure) -> {
            if (failure != null) {
                promise.tryFailure(failure);
            } else {
                established(ctx.pipeline(), Role.SERVER);
                promise.trySuccess(Optional.of(connection(raw)));
            }
        }));
        raw.config().setAutoRead(true);
        return promise;
    }

    @Override
    public boolean isConfidential() {
        return false;
    }

    @Override
    public Optional<String> sharedPath() {
        return Optional.of(path);
    }

    private static void established(ChannelPipeline pipeline, Role role) {
        pipeline.channel().config().setAutoRead(false);
        pipeline.addLast("websocket-held", new HeldReads());
        Frames.addTo(pipeline, role, Frames.MAX_PAYLOAD);
        pipeline.addLast("websocket-binary", new BinaryMessages());
        pipeline.remove(UPGRADE);
        pipeline.remove(LIMIT);
        pipeline.remove(HTTP); // last: it passes on what it has read beyond the handshake
    }

    private static PrivateConnection connection(Channel raw) {
        return new PrivateConnection(
                new WebSocketChannel(raw), new AuthenticationContext(raw.remoteAddress(), null, Map.of(), false), null);
    }

    // The port that a URL would not show either.
    private static String hostOf(HostPort server) {
        HostPort named = server.orHost("localhost");
        String text = named.toString();
        return server.port() == 443 || server.port() == 80 ? text.substring(0, text.lastIndexOf(':')) : text;
    }
}
