package dev.culvert.spi.protocol;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.TunnelError;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether visitors arrive at a listener, for {@link EndpointLease#probe}: connects to it from this machine, as a
 * visitor would, and takes the connection out again before anything is made of it. Thread-safe; one for each listener.
 */
public final class ListenerProbe {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Beyond this many connections of this machine nobody waits to be told from a probe. */
    private static final int MOST_WAITING = 64;

    private final Network network;
    private final AtomicReference<@Nullable Attempt> running = new AtomicReference<>();

    /**
     * Makes one that is not on its way.
     *
     * @param network whose listener it is for
     */
    public ListenerProbe(Network network) {
        this.network = requireNonNull(network, "network");
    }

    /**
     * What {@link Network#listen} has to be given, so that a probe is seen when it arrives.
     *
     * @param visitors gets all other connections, on any loop
     */
    public Consumer<DuplexChannel> before(Consumer<DuplexChannel> visitors) {
        return connection -> {
            Attempt attempt = running.get();
            if (attempt == null || !attempt.takes(connection, visitors)) {
                visitors.accept(connection);
            }
        };
    }

    /**
     * The same endpoint, which is probed by this.
     *
     * @param endpoint from the protocol; closed with the result
     * @param listening where its visitors arrive; null while there is none
     * @param routed whether one who has arrived would get to this tunnel
     */
    public EndpointLease lease(EndpointLease endpoint, Supplier<@Nullable Channel> listening, BooleanSupplier routed) {
        return new EndpointLease() {
            @Override
            public Endpoint endpoint() {
                return endpoint.endpoint();
            }

            @Override
            public CompletionStage<Void> probe() {
                if (!routed.getAsBoolean()) {
                    return CompletableFuture.failedFuture(new CulvertException(
                            TunnelError.ENDPOINT_UNREACHABLE, endpoint() + " leads to another tunnel, or nowhere."));
                }
                Channel listener = listening.get();
                return listener == null
                        ? CompletableFuture.failedFuture(
                                new CulvertException(TunnelError.ENDPOINT_UNREACHABLE, "nothing listens."))
                        : run(listener);
            }

            @Override
            public void close() {
                endpoint.close();
            }
        };
    }

    /**
     * Goes there once; whoever asks while one is on its way shares it.
     *
     * @param listening from {@link Network#listen}, which was given {@link #before}
     * @return fails with {@link TunnelError#ENDPOINT_UNREACHABLE} if it does not arrive within 5 s
     */
    public CompletionStage<Void> run(Channel listening) {
        Attempt fresh = new Attempt(target((InetSocketAddress) listening.localAddress()));
        Attempt other = running.compareAndExchange(null, fresh);
        if (other != null) {
            return other.arrived;
        }
        fresh.arrived.whenComplete((done, failure) -> running.compareAndSet(fresh, null));
        fresh.start(listening);
        return fresh.arrived;
    }

    private static InetSocketAddress target(InetSocketAddress listening) {
        InetAddress address = listening.getAddress();
        return address.isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), listening.getPort())
                : listening;
    }

    /** One that is on its way. Its state changes under its own lock; nothing is called while that is held. */
    private final class Attempt {

        final CompletableFuture<Void> arrived = new CompletableFuture<>();
        private final InetSocketAddress target;
        private final List<Waiting> waiting = new ArrayList<>();
        private @Nullable InetSocketAddress own;
        private boolean over;

        Attempt(InetSocketAddress target) {
            this.target = target;
        }

        void start(Channel listening) {
            HostPort where = new HostPort(target.getAddress().getHostAddress(), target.getPort());
            var deadline = listening
                    .eventLoop()
                    .schedule(
                            () -> fail("within " + PATIENCE.toSeconds() + " s"),
                            PATIENCE.toMillis(),
                            TimeUnit.MILLISECONDS);
            Future<DuplexChannel> connecting = network.connect(listening.eventLoop(), where);
            connecting.addListener((Future<DuplexChannel> connected) -> {
                if (connected.isSuccess()) {
                    DuplexChannel channel = connected.getNow();
                    arrived.whenComplete((done, failure) -> Network.abort(channel));
                    // A listener that refuses everybody resets it.
                    channel.closeFuture().addListener(closed -> fail("and ended it"));
                    channel.pipeline().addLast(new Ending());
                    channel.config().setAutoRead(true);
                    known((InetSocketAddress) channel.localAddress());
                } else {
                    fail("(" + connected.cause().getMessage() + ")");
                }
            });
            arrived.whenComplete((done, failure) -> {
                deadline.cancel(false);
                connecting.cancel(false);
                known(null);
            });
        }

        /** Whether it sees to a connection: to its own, and to those that may be as long as it does not know. */
        boolean takes(DuplexChannel connection, Consumer<DuplexChannel> visitors) {
            if (!(network.peerOf(connection) instanceof InetSocketAddress from)
                    || !from.getAddress().equals(target.getAddress())) {
                return false;
            }
            synchronized (this) {
                if (over) {
                    return false;
                }
                if (own == null) {
                    return waiting.size() < MOST_WAITING && waiting.add(new Waiting(connection, from, visitors));
                }
                if (!own.equals(from)) {
                    return false;
                }
            }
            arrived(connection);
            return true;
        }

        // Its own address, or null if it will have none.
        private void known(@Nullable InetSocketAddress address) {
            List<Waiting> all;
            synchronized (this) {
                if (over) {
                    return;
                }
                own = address;
                over = address == null;
                all = List.copyOf(waiting);
                waiting.clear();
            }
            for (Waiting one : all) {
                if (one.from.equals(address)) {
                    arrived(one.connection);
                } else {
                    one.visitors.accept(one.connection);
                }
            }
        }

        private void arrived(DuplexChannel connection) {
            arrived.complete(null);
            network.discard(connection, true);
        }

        private void fail(String how) {
            String where = target.getAddress().getHostAddress() + ":" + target.getPort();
            arrived.completeExceptionally(new CulvertException(
                    TunnelError.ENDPOINT_UNREACHABLE,
                    "the server does not take a connection at " + where + " " + how + "."));
        }
    }

    private record Waiting(DuplexChannel connection, InetSocketAddress from, Consumer<DuplexChannel> visitors) {}

    /** Closes a connection that is reset; nobody else wants to know. */
    private static final class Ending extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
