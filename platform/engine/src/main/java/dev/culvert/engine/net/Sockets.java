package dev.culvert.engine.net;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.UnixPath;
import dev.culvert.spi.WireError;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process's sockets: its event loops, how they listen and connect, and how each connection is tuned. */
public final class Sockets implements Network, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger("dev.culvert.net");

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int BACKLOG = 4096;

    // Unsent bytes beyond which a channel counts as full. Small, since every slow visitor may hold as much.
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private static final InetSocketAddress NOWHERE = new InetSocketAddress("0.0.0.0", 0);

    private final SocketKind kind;
    private final EventLoopGroup loops;
    private final Resolver resolver = new Resolver();
    private final BoundedReads reads;
    private final RefusedConnections refused = new RefusedConnections();
    private final Descriptors descriptors = Descriptors.ofThisProcess();
    private final DatagramSockets datagrams;
    private final int connectTimeoutMillis;

    private Sockets(SocketKind kind, int threads, Duration connectTimeout) {
        this.kind = kind;
        this.loops = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("culvert-" + kind.label()), kind.newHandlers());
        this.reads = new BoundedReads();
        this.datagrams = new DatagramSockets(kind, resolver, descriptors);
        this.connectTimeoutMillis = Math.toIntExact(connectTimeout.toMillis());
    }

    /**
     * Opens the loops, with a connect timeout of 10 s.
     *
     * @param preference {@code auto}, {@code io_uring}, {@code epoll} or {@code nio}
     * @param threads how many loops; 0 for one per processor
     */
    public static Sockets open(String preference, int threads) {
        return open(preference, threads, CONNECT_TIMEOUT);
    }

    /**
     * Opens the loops.
     *
     * @param preference {@code auto}, {@code io_uring}, {@code epoll} or {@code nio}
     * @param threads how many loops; 0 for one per processor
     * @param connectTimeout how long one address of a target has to answer
     */
    public static Sockets open(String preference, int threads, Duration connectTimeout) {
        warmUp();
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        return new Sockets(SocketKind.choose(preference), count, connectTimeout);
    }

    /**
     * Whether {@link #open} would succeed with this preference here.
     *
     * @param preference {@code io_uring}, {@code epoll} or {@code nio}
     */
    public static boolean isAvailable(String preference) {
        return SocketKind.named(preference).isAvailable();
    }

    /** What was chosen: {@code io_uring}, {@code epoll} or {@code nio}. */
    public String name() {
        return kind.label();
    }

    @Override
    public EventLoopGroup eventLoops() {
        return loops;
    }

    @Override
    public Future<Channel> listen(HostPort bind, Consumer<DuplexChannel> accepted) {
        EventLoop loop = callersLoop();
        Promise<Channel> result = loop.newPromise();
        if (bind.host().isEmpty()) {
            // The wildcard address: a socket of both families where there are both.
            listen(loop, new InetSocketAddress(bind.port()), bind, accepted, result);
            return result;
        }
        resolver.resolve(loop, bind).addListener((Future<List<InetSocketAddress>> resolved) -> {
            if (resolved.isSuccess()) {
                listen(loop, resolved.getNow().get(0), bind, accepted, result);
            } else {
                result.setFailure(bindFailure(bind, resolved.cause()));
            }
        });
        return result;
    }

    private void listen(
            EventLoop loop,
            InetSocketAddress address,
            HostPort bind,
            Consumer<DuplexChannel> accepted,
            Promise<Channel> result) {
        ServerSocketChannel listener;
        try {
            listener = kind.newListener();
        } catch (RuntimeException e) {
            result.setFailure(bindFailure(bind, e));
            return;
        }
        descriptors.entered();
        DescriptorPlace.keep(descriptors, listener);
        listener.config().setBacklog(BACKLOG).setReuseAddress(true);
        listener.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        // Before the first connection can arrive, so that none is missed.
        listener.pipeline().addLast(new Acceptor(this, accepted));
        loop.register(listener).addListener(registered -> {
            if (registered.isSuccess()) {
                listener.bind(address).addListener((ChannelFuture bound) -> {
                    if (bound.isSuccess()) {
                        result.setSuccess(listener);
                    } else {
                        listener.close();
                        result.setFailure(bindFailure(bind, bound.cause()));
                    }
                });
            } else {
                DescriptorPlace.leave(listener);
                listener.unsafe().closeForcibly();
                result.setFailure(bindFailure(bind, registered.cause()));
            }
        });
    }

    @Override
    public Future<DuplexChannel> connect(EventLoop loop, ServiceAddress target) {
        if (target instanceof UnixPath path) {
            return connect(loop, path);
        }
        return connect(loop, (HostPort) target);
    }

    private Future<DuplexChannel> connect(EventLoop loop, UnixPath path) {
        Promise<DuplexChannel> result = loop.newPromise();
        DuplexChannel socket;
        try {
            socket = kind.newUnixSocket();
        } catch (RuntimeException e) {
            return result.setFailure(e);
        }
        descriptors.entered();
        DescriptorPlace.keep(descriptors, socket);
        if (kind == SocketKind.EPOLL) {
            socket.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        } else {
            socket.pipeline().addFirst(new EofAsEnd());
        }
        tuneReads(socket);
        loop.register(socket).addListener(registered -> {
            if (!registered.isSuccess()) {
                DescriptorPlace.leave(socket);
                socket.unsafe().closeForcibly();
                result.tryFailure(registered.cause());
                return;
            }
            socket.connect(kind.unixAddress(path)).addListener(connected -> {
                if (!connected.isSuccess()) {
                    socket.close();
                    result.tryFailure(missing(path, connected.cause()));
                } else if (!result.trySuccess(socket)) {
                    socket.close();
                }
            });
        });
        return result;
    }

    // Each transport says it in its own way.
    private static Throwable missing(UnixPath path, Throwable cause) {
        if (cause instanceof ConnectException || Files.exists(Path.of(path.path()))) {
            return cause;
        }
        FileNotFoundException missing = new FileNotFoundException(path.path());
        missing.initCause(cause);
        return missing;
    }

    private Future<DuplexChannel> connect(EventLoop loop, HostPort target) {
        Promise<DuplexChannel> result = loop.newPromise();
        resolver.resolve(loop, target).addListener((Future<List<InetSocketAddress>> resolved) -> {
            if (resolved.isSuccess()) {
                new Dial(loop, this::newSocket, resolved.getNow(), result).next();
            } else {
                result.tryFailure(resolved.cause());
            }
        });
        return result;
    }

    @Override
    public Future<DatagramChannel> bindDatagrams(EventLoop loop, HostPort bind) {
        return datagrams.bind(loop, bind);
    }

    @Override
    public Future<DatagramChannel> connectDatagrams(EventLoop loop, HostPort target) {
        return datagrams.connect(loop, target);
    }

    @Override
    public void discard(DuplexChannel connection, boolean reset) {
        if (reset) {
            DescriptorPlace.leave(connection);
            try {
                connection.config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (ChannelException e) {
                // The kernel knows already that the connection is gone.
            }
            connection.unsafe().closeForcibly();
            return;
        }
        loops.register(connection).addListener(registered -> {
            if (registered.isSuccess()) {
                LingeringClose.start(connection);
            } else {
                DescriptorPlace.leave(connection);
                connection.unsafe().closeForcibly();
            }
        });
    }

    /**
     * Keeps connections below a number, and below what the limit of descriptors leaves in any case.
     *
     * @param connections how many there may be, accepted and made
     */
    public void atMost(int connections) {
        descriptors.atMost(connections);
    }

    /** How many connections there are, accepted and made. */
    public int connections() {
        return descriptors.open();
    }

    /** How many there may be, and which limit says so, for a message. */
    String connectionLimit() {
        return descriptors.limit();
    }

    /** How many connections were refused as soon as they came, by the code of the error. */
    public Map<String, Long> refusedConnections() {
        return refused.counts();
    }

    void refused(Object where, CulvertException cause) {
        refused.add(where, cause);
    }

    @Override
    public void refuse(DuplexChannel connection, CulvertException cause) {
        SocketAddress where = connection.localAddress();
        refused(where == null ? "a listener" : where, cause);
        if (connection.isRegistered()) {
            Network.abort(connection);
        } else {
            discard(connection, true);
        }
    }

    /** Whether an accepted connection may stay. */
    boolean enter(SocketChannel accepted) {
        if (!descriptors.enter()) {
            return false;
        }
        DescriptorPlace.keep(descriptors, accepted);
        return true;
    }

    @Override
    public SocketAddress peerOf(DuplexChannel connection) {
        SocketAddress peer = connection.remoteAddress();
        return peer == null ? NOWHERE : peer; // gone already
    }

    @Override
    public void close() {
        resolver.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    /**
     * Who listens on behalf of a session does so on its loop: its visitors then need not be handed from one thread to
     * another.
     */
    private EventLoop callersLoop() {
        for (EventExecutor each : loops) {
            if (each.inEventLoop()) {
                return (EventLoop) each;
            }
        }
        return loops.next();
    }

    private SocketChannel newSocket(InetAddress remote) {
        SocketChannel channel = kind.newSocket(remote);
        descriptors.entered();
        DescriptorPlace.keep(descriptors, channel);
        channel.config().setConnectTimeoutMillis(connectTimeoutMillis);
        tune(channel);
        return channel;
    }

    /** Prepares a connection that is not registered yet. */
    void tune(SocketChannel channel) {
        channel.config().setKeepAlive(true).setAllowHalfClosure(true); // TCP_NODELAY is on in every channel of Netty's
        tuneReads(channel);
    }

    private void tuneReads(DuplexChannel channel) {
        ChannelConfig config = channel.config();
        config.setAutoRead(false);
        config.setAllocator(PooledByteBufAllocator.DEFAULT);
        config.setRecvByteBufAllocator(reads);
        config.setWriteBufferWaterMark(WATER_MARK);
        channel.pipeline().addLast(new EarlyBytes());
    }

    static BindException bindFailure(HostPort bind, Throwable cause) {
        String why = cause instanceof IOException || cause.getCause() == null
                ? cause.getMessage()
                : cause.getCause().getMessage();
        BindException failure = new BindException(bind + ": " + why);
        failure.initCause(cause);
        return failure;
    }

    /**
     * Loads what logging a failed accept needs. Without a descriptor to spare, loading the time zone database for the
     * first time fails, for good, and with an Error that ends the event loop. So it does for any class, of this platform
     * or of Java, whose first use would be the failure.
     */
    private static void warmUp() {
        String now = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(ZonedDateTime.now());
        CulvertException failure = new CulvertException(WireError.TOO_MANY_CONNECTIONS, "none yet.");
        log.debug("Sockets open at {}; this is what a failure looks like", now, failure);
    }
}
