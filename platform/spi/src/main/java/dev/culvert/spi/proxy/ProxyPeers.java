package dev.culvert.spi.proxy;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.Network;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The proxies in front of a listener: connections from them begin with a {@link ProxyHeader}, and count as those of whom
 * it names. What others send is never taken for a header. Thread-safe.
 */
public final class ProxyPeers {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Network network;
    private final List<SourceNetwork> networks;

    /**
     * Makes a listener's.
     *
     * @param network the platform's sockets
     * @param networks where proxies connect from; empty for none
     */
    public ProxyPeers(Network network, List<SourceNetwork> networks) {
        this.network = requireNonNull(network, "network");
        this.networks = List.copyOf(networks);
    }

    /**
     * Finds out who has connected.
     *
     * @param connection as {@link Network#listen} handed it over
     * @param arrived gets it with who it is for: as it was, at once; or from a proxy, registered on a loop of its own and
     *     on that loop, as {@link ProxyHeader#read} leaves it. A proxy that sends no header within 5 s, or another thing, is
     *     reset, and nobody hears of it
     */
    public void take(DuplexChannel connection, BiConsumer<DuplexChannel, StreamOrigin> arrived) {
        InetSocketAddress peer = inet(network.peerOf(connection));
        if (!isProxy(peer)) {
            arrived.accept(connection, new StreamOrigin(peer, inet(connection.localAddress())));
            return;
        }
        network.eventLoops().next().register(connection).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                linger(connection, 0); // the decoder closes what is no header by itself, and that is to be a reset
                ProxyHeader.read(
                        connection,
                        TIMEOUT,
                        origin -> {
                            linger(connection, -1);
                            arrived.accept(connection, origin);
                        },
                        failure -> connection.close());
            } else {
                network.discard(connection, true);
            }
        });
    }

    private boolean isProxy(@Nullable InetSocketAddress peer) {
        return peer != null && !networks.isEmpty() && new SourceNetworks(networks, List.of()).permits(peer);
    }

    private static void linger(DuplexChannel connection, int seconds) {
        try {
            connection.config().setOption(ChannelOption.SO_LINGER, seconds);
        } catch (ChannelException e) {
            // The kernel knows already that the connection is gone.
        }
    }

    private static @Nullable InetSocketAddress inet(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet : null;
    }
}
