package dev.culvert.server;

import dev.culvert.engine.EngineContext;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.wire.TransportLayers;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.Role;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.dialect.ChannelDialect;
import dev.culvert.spi.dialect.Dialect;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.link.LinkProvider;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.SessionPort;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Accepts clients on one {@code [[listen]]} section, and takes each as far as a login. */
final class ControlListener {

    private final ListenSettings settings;
    private final EngineContext context;
    private final Supplier<List<Authenticator>> authenticators;
    private final ListenWire wire;
    private final Sessions sessions;
    private final Strangers strangers;
    private final Dialect dialect;
    private final @Nullable LinkProvider linkProvider;
    private final @Nullable TransportLayers transport;
    private final Multiplexer multiplexer;
    private final boolean confidential;
    private @Nullable Channel channel;
    private @Nullable InetSocketAddress sharedAddress;
    private volatile boolean stopped;

    ControlListener(
            ListenSettings settings,
            EngineContext context,
            Supplier<List<Authenticator>> authenticators,
            Sessions sessions,
            Strangers strangers) {
        this.settings = settings;
        this.context = context;
        this.authenticators = authenticators;
        this.sessions = sessions;
        this.strangers = strangers;
        wire = ListenWire.of(settings, context);
        requireSafe(authenticators.get());
        dialect = wire.dialect();
        linkProvider = wire.link();
        transport = wire.transport();
        confidential = wire.isConfidential();
        multiplexer = Plugins.withLoaderOf(
                settings.multiplexer(), () -> settings.multiplexer().build(context));
    }

    /** Throws if it would not be safe with these. */
    void requireSafe(List<Authenticator> deciding) {
        wire.requireSafe(!deciding.isEmpty(), SharedMechanisms.anyWithoutPrivacy(deciding), context);
    }

    /**
     * Binds; throws if that fails.
     *
     * @param protocols whose ports may be shared, by their types
     */
    void start(Map<String, Protocol<?>> protocols) {
        pins(); // what an identity needs is made before the first client asks for it
        if (settings.share() != null) {
            share(settings.share(), protocols);
            return;
        }
        Future<Channel> bound = linkProvider == null
                ? context.network().listen(settings.bind(), this::accepted)
                : linkProvider.listen(settings.bind(), this::linked);
        bound.awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new CulvertException(
                    ConfigError.PORT_UNAVAILABLE,
                    "listen \"" + settings.name() + "\": cannot bind " + settings.bind() + " ("
                            + bound.cause().getMessage() + ").",
                    bound.cause());
        }
        channel = bound.getNow();
        SessionLog.listening(settings.name(), channel.localAddress(), description());
    }

    private void share(String type, Map<String, Protocol<?>> protocols) {
        if (!(protocols.get(type) instanceof SessionPort port)) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS,
                    "listen \"" + settings.name() + "\": share: \"" + type
                            + "\" has no port that clients can share (expected: \"http\").");
        }
        String path = Objects.requireNonNull(transport).sharedPath().orElseThrow();
        sharedAddress = port.share(path, this::accepted);
        SessionLog.listening(
                settings.name(), sharedAddress, "at " + path + " of " + type + "'s port, " + description());
    }

    String name() {
        return settings.name();
    }

    Dialect dialect() {
        return dialect;
    }

    /** Where it listens; the port is the real one. */
    InetSocketAddress address() {
        if (sharedAddress != null) {
            return sharedAddress;
        }
        if (channel == null) {
            throw new IllegalStateException("listener " + settings.name() + " is not started");
        }
        return (InetSocketAddress) channel.localAddress();
    }

    /** What a client may pin. */
    List<String> pins() {
        return transport == null ? List.of() : transport.pins();
    }

    boolean isOpen() {
        return sharedAddress != null ? !stopped : channel != null && channel.isOpen();
    }

    boolean isConfidential() {
        return confidential;
    }

    /** Takes no more clients; those that are there stay. */
    void stop() {
        stopped = true;
        if (channel != null) {
            channel.close().awaitUninterruptibly();
        }
        if (transport != null) {
            transport.close();
        }
    }

    private void accepted(PrivateConnection outer) {
        DuplexChannel raw = (DuplexChannel) outer.channel();
        PendingClient client = stopped ? null : entered(raw, outer.context().peer());
        if (client != null) {
            handshake(raw, client, inner -> TransportLayers.completedBy(outer, inner));
        } else {
            Network.abort(raw);
        }
    }

    private @Nullable PendingClient entered(DuplexChannel raw, SocketAddress peer) {
        return strangers.enter(peer, settings.name(), settings.clients()) != null
                ? null
                : new PendingClient(
                        settings, peer, raw, authenticators.get(), sessions, strangers, dialect.authenticates());
    }

    private void accepted(DuplexChannel raw) {
        PendingClient client = entered(raw, context.network().peerOf(raw));
        if (client == null) {
            context.network().discard(raw, true);
            return;
        }
        EventLoop loop = context.network().eventLoops().next();
        loop.register(raw).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                handshake(raw, client, UnaryOperator.identity());
            } else {
                client.ended(registered.cause());
                context.network().discard(raw, true);
            }
        });
    }

    private void handshake(DuplexChannel raw, PendingClient client, UnaryOperator<PrivateConnection> completed) {
        raw.pipeline().addFirst(client.guard());
        raw.closeFuture().addListener(closed -> client.ended(null));
        if (transport == null) {
            throw new IllegalStateException("a listener has a transport or a link");
        }
        transport.accept(raw).addListener((Future<Optional<PrivateConnection>> done) -> {
            if (!done.isSuccess()) {
                client.refused(done.cause());
            } else {
                done.getNow().ifPresent(connection -> talk(completed.apply(connection), client));
            }
        });
    }

    private void talk(PrivateConnection connection, PendingClient client) {
        try {
            if (dialect instanceof StreamDialect streams) {
                client.keepSilent(connection.channel());
                Link link = multiplexer.open(connection, Role.SERVER);
                client.on(link);
                streams.serve(link, client);
            } else if (dialect instanceof ChannelDialect channels) {
                channels.serve(connection, client);
            }
        } catch (RuntimeException e) {
            client.refused(e);
        }
    }

    private void linked(Link link) {
        SocketAddress peer = link.context().peer();
        CulvertException refusal = strangers.enter(peer, settings.name(), settings.clients());
        if (refusal != null) {
            link.close(refusal);
            return;
        }
        PendingClient client = new PendingClient(
                settings, peer, null, authenticators.get(), sessions, strangers, dialect.authenticates());
        client.on(link);
        ((StreamDialect) dialect).serve(link, client);
    }

    private String description() {
        return (isConfidential() ? "encrypted" : "not encrypted") + ", "
                + (dialect.authenticates() ? "authenticated" : "NOT authenticated");
    }
}
