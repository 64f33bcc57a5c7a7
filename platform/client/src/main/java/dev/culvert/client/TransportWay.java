package dev.culvert.client;

import dev.culvert.engine.wire.TransportLayers;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.Role;
import dev.culvert.spi.dialect.ChannelDialect;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.Dialect;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A way through transports.
 *
 * @param name as people see it
 * @param server where it leads to
 * @param home which server of the file that is
 * @param transport the layers
 * @param multiplexer what makes streams of the innermost layer
 * @param dialect what is spoken on them
 * @param network makes the raw connection
 */
record TransportWay(
        String name,
        HostPort server,
        HostPort home,
        TransportLayers transport,
        Multiplexer multiplexer,
        Dialect dialect,
        Network network)
        implements Way {

    @Override
    public HostPort target() {
        return transport.wireAddress(server);
    }

    @Override
    public boolean isConfidential() {
        return transport.isConfidential();
    }

    @Override
    public void close() {
        transport.close();
    }

    @Override
    public void connect(EventLoop loop, ClientHost host, CompletableFuture<RemoteServer> done) {
        HostPort target = transport.wireAddress(server);
        network.connect(loop, target).addListener((Future<DuplexChannel> connected) -> {
            if (!connected.isSuccess()) {
                done.completeExceptionally(Failures.unreachable(target, connected.cause()));
                return;
            }
            DuplexChannel raw = connected.getNow();
            done.whenComplete((remote, failure) -> {
                if (failure != null) {
                    raw.close();
                }
            });
            transport.connect(raw, server).addListener((Future<Optional<PrivateConnection>> handshake) -> {
                Optional<PrivateConnection> connection = handshake.isSuccess() ? handshake.getNow() : Optional.empty();
                if (connection.isPresent()) {
                    talk(connection.get(), host, done);
                } else {
                    done.completeExceptionally(Failures.unreachable(target, handshake.cause()));
                }
            });
        });
    }

    private void talk(PrivateConnection connection, ClientHost host, CompletableFuture<RemoteServer> done) {
        try {
            if (dialect instanceof StreamDialect streams) {
                Link link = multiplexer.open(connection, Role.CLIENT);
                Logins.settle(done, streams.connect(link, host), () -> link.close(null));
            } else if (dialect instanceof ChannelDialect channels) {
                Logins.settle(
                        done,
                        channels.connect(connection, host),
                        () -> connection.channel().close());
            }
        } catch (RuntimeException e) {
            done.completeExceptionally(Failures.of(e));
        }
    }
}
