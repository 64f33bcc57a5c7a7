package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostName;
import dev.culvert.spi.Network;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.stream.HeldReads;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.FutureListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A visitor on its way from the listener to a tunnel. It came before anybody knew which session it belongs to, so it
 * lives on a loop of its own; all state here does.
 */
final class Visitor {

    private final DuplexChannel connection;
    private final StreamOrigin origin;
    private final Hosts hosts;
    private final Runnable served;
    private final Runnable gone;
    private boolean settled;

    /**
     * Makes one.
     *
     * @param served to be run when it has a service, or gets none; once
     * @param gone to be run when it has gone; once
     */
    Visitor(DuplexChannel connection, StreamOrigin origin, Hosts hosts, Runnable served, Runnable gone) {
        this.connection = connection;
        this.origin = origin;
        this.hosts = hosts;
        this.served = served;
        this.gone = gone;
    }

    void start(Network network, Duration timeout) {
        if (connection.isRegistered()) {
            listen(timeout); // it came through a proxy, on whose loop this is
            return;
        }
        EventLoop loop = network.eventLoops().next();
        loop.register(connection).addListener((ChannelFuture registered) -> {
            if (!registered.isSuccess()) {
                settle();
                gone.run();
                network.discard(connection, true);
                return;
            }
            listen(timeout);
        });
    }

    private void listen(Duration timeout) {
        connection.closeFuture().addListener(closed -> {
            settle();
            gone.run();
        });
        connection.pipeline().addLast(new ClientHello(timeout, this::named, this::noHello));
        connection.config().setAutoRead(true);
    }

    private void named(@Nullable HostName name) {
        connection.config().setAutoRead(false);
        ChannelHandlerContext hello = connection.pipeline().context(ClientHello.class);
        TlsTunnel tunnel = name == null ? null : hosts.find(name).orElse(null);
        if (tunnel == null) {
            sendAway(Alert.UNRECOGNIZED_NAME);
            return;
        }
        connection.pipeline().addAfter(hello.name(), null, new HeldReads());
        connection.pipeline().remove(hello.handler());
        tunnel.handle().openStream(origin).addListener((FutureListener<TunnelStream>) opened -> onLoop(() -> {
            if (opened.isSuccess()) {
                join(tunnel, opened.getNow());
            } else {
                refuse(tunnel, opened.cause());
            }
        }));
    }

    private void join(TlsTunnel tunnel, TunnelStream stream) {
        CulvertException failure = stream.failure();
        if (!settle()) {
            stream.abort();
        } else if (failure != null) {
            tunnel.handle().refused(origin, stream, failure);
            stream.abort();
            Network.abort(connection);
        } else {
            tunnel.handle().bridge(connection, stream, tunnel.options());
        }
    }

    private void refuse(TlsTunnel tunnel, Throwable cause) {
        tunnel.handle().refused(origin, TunnelStream.failure(cause));
        sendAway(Alert.INTERNAL_ERROR);
    }

    private void noHello(Throwable cause) {
        sendAway(Alert.DECODE_ERROR);
    }

    private void sendAway(Alert alert) {
        if (settle() && connection.isActive()) {
            connection.pipeline().addLast(new Farewell(alert));
        }
    }

    // Whoever is first decides what becomes of the visitor.
    private boolean settle() {
        if (settled) {
            return false;
        }
        settled = true;
        served.run();
        return true;
    }

    private void onLoop(Runnable action) {
        if (connection.eventLoop().inEventLoop()) {
            action.run();
        } else {
            connection.eventLoop().execute(action);
        }
    }
}
