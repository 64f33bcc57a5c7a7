package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.ServiceAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Real sockets for a kit. Keeps count of its channels, so that one left open is found.
 *
 * <p>Plain Java's: native ones read once when a connection ends though nobody asked them to, which the platform's own
 * network makes up for and this one does not.
 */
public final class KitNetwork implements Network {

    // Not the common pool: a test that blocks one of its few threads would hold up every connection.
    private static final Executor LOOKUPS = lookup -> new Thread(lookup, "kit-lookup").start();

    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
    private final Queue<CulvertException> refusals = new ConcurrentLinkedQueue<>();

    /** Makes a network. */
    public KitNetwork() {}

    /** The channels that were made or accepted here and are still open. */
    public List<Channel> open() {
        channels.removeIf(channel -> !channel.isOpen());
        return List.copyOf(channels);
    }

    @Override
    public EventLoopGroup eventLoops() {
        return Loops.NIO.group();
    }

    @Override
    public Future<Channel> listen(HostPort bind, Consumer<DuplexChannel> accepted) {
        EventLoop loop = Loops.NIO.next();
        Promise<Channel> listening = loop.newPromise();
        ServerSocketChannel listener = new NioServerSocketChannel();
        listener.config().setOption(ChannelOption.SO_REUSEADDR, true);
        listener.config().setOption(ChannelOption.SO_BACKLOG, 1024);
        listener.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object child) {
                accepted.accept(prepare((SocketChannel) child));
            }
        });
        loop.register(listener);
        InetSocketAddress address = bind.host().isEmpty()
                ? new InetSocketAddress(bind.port())
                : new InetSocketAddress(bind.host(), bind.port());
        listener.bind(address).addListener(bound -> {
            if (bound.isSuccess()) {
                channels.add(listener);
                listening.setSuccess(listener);
            } else {
                listener.close();
                BindException failure = new BindException(bound.cause().getMessage());
                failure.initCause(bound.cause());
                listening.setFailure(failure);
            }
        });
        return listening;
    }

    @Override
    public void refuse(DuplexChannel connection, CulvertException cause) {
        refusals.add(cause);
        if (connection.isRegistered()) {
            Network.abort(connection);
        } else {
            discard(connection, true);
        }
    }

    /** Why connections were refused before anybody knew whose they were, in order. */
    public List<CulvertException> refusals() {
        return List.copyOf(refusals);
    }

    @Override
    public Future<DuplexChannel> connect(EventLoop loop, ServiceAddress service) {
        Promise<DuplexChannel> connected = loop.newPromise();
        if (!(service instanceof HostPort target)) {
            return connected.setFailure(new UnsupportedOperationException("the kit connects to ports only"));
        }
        CompletableFuture.supplyAsync(() -> addresses(target), LOOKUPS).thenAccept(addresses -> {
            if (addresses.isEmpty()) {
                connected.tryFailure(new UnknownHostException(target.host()));
            } else {
                connect(loop, addresses.iterator(), connected);
            }
        });
        return connected;
    }

    private void connect(EventLoop loop, Iterator<InetSocketAddress> addresses, Promise<DuplexChannel> connected) {
        SocketChannel channel = prepare(new NioSocketChannel());
        loop.register(channel);
        channel.connect(addresses.next()).addListener(answer -> {
            if (answer.isSuccess()) {
                if (!connected.trySuccess(channel)) {
                    channel.close();
                }
            } else if (addresses.hasNext()) {
                connect(loop, addresses, connected);
            } else {
                connected.tryFailure(answer.cause());
            }
        });
    }

    @Override
    public Future<DatagramChannel> bindDatagrams(EventLoop loop, HostPort bind) {
        Promise<DatagramChannel> bound = loop.newPromise();
        DatagramChannel socket = datagrams(loop);
        InetSocketAddress address = bind.host().isEmpty()
                ? new InetSocketAddress(bind.port())
                : new InetSocketAddress(bind.host(), bind.port());
        socket.bind(address).addListener(done -> {
            if (done.isSuccess()) {
                bound.setSuccess(socket);
            } else {
                socket.close();
                BindException failure = new BindException(done.cause().getMessage());
                failure.initCause(done.cause());
                bound.setFailure(failure);
            }
        });
        return bound;
    }

    @Override
    public Future<DatagramChannel> connectDatagrams(EventLoop loop, HostPort target) {
        Promise<DatagramChannel> connected = loop.newPromise();
        CompletableFuture.supplyAsync(() -> addresses(target), LOOKUPS).thenAccept(addresses -> {
            if (addresses.isEmpty()) {
                connected.tryFailure(new UnknownHostException(target.host()));
                return;
            }
            DatagramChannel socket = datagrams(loop);
            socket.connect(addresses.get(0)).addListener(done -> {
                if (done.isSuccess()) {
                    connected.setSuccess(socket);
                } else {
                    socket.close();
                    connected.setFailure(done.cause());
                }
            });
        });
        return connected;
    }

    private DatagramChannel datagrams(EventLoop loop) {
        java.nio.channels.DatagramChannel plain;
        try {
            plain = java.nio.channels.DatagramChannel.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DatagramChannel socket = new NioDatagramChannel(plain);
        socket.pipeline().addLast(new EmptyDatagrams(plain));
        channels.add(socket);
        socket.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(65_536));
        socket.config().setAutoRead(false);
        loop.register(socket);
        return socket;
    }

    private SocketChannel prepare(SocketChannel channel) {
        channels.add(channel);
        channel.config().setAllowHalfClosure(true).setTcpNoDelay(true);
        channel.config().setAutoRead(false);
        return channel;
    }

    private static List<InetSocketAddress> addresses(HostPort target) {
        try {
            Stream<InetAddress> hosts = target.host().isEmpty()
                    ? Stream.of(InetAddress.getByName("127.0.0.1"), InetAddress.getByName("::1"))
                    : Stream.of(InetAddress.getAllByName(target.host()));
            return hosts.map(host -> new InetSocketAddress(host, target.port())).toList();
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    @Override
    public void discard(DuplexChannel connection, boolean reset) {
        if (reset) {
            connection.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        connection.unsafe().closeForcibly();
    }

    @Override
    public SocketAddress peerOf(DuplexChannel connection) {
        return connection.remoteAddress();
    }

    /** Netty takes datagrams without a byte for nothing to do. */
    private static final class EmptyDatagrams extends ChannelOutboundHandlerAdapter {

        private final java.nio.channels.DatagramChannel socket;

        EmptyDatagrams(java.nio.channels.DatagramChannel socket) {
            this.socket = socket;
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws IOException {
            boolean addressed = message instanceof DatagramPacket;
            ByteBuf bytes = addressed ? ((DatagramPacket) message).content() : (ByteBuf) message;
            if (bytes.isReadable()) {
                ctx.write(message, promise);
            } else if (addressed) {
                socket.send(ByteBuffer.allocate(0), ((DatagramPacket) message).recipient());
            } else {
                SocketAddress peer = socket.getRemoteAddress();
                socket.disconnect(); // connected, Java too takes it for nothing to do
                socket.send(ByteBuffer.allocate(0), peer);
                socket.connect(peer);
            }
        }
    }
}
