package dev.culvert.engine.net;

import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.UnixPath;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The kernel interfaces there are. Nothing of one that is not chosen gets loaded. */
enum SocketKind {
    IO_URING(
            SocketKind::isIoUringAvailable,
            () -> IoUringIoHandler.newFactory(),
            IoUringServerSocketChannel::new,
            family -> new IoUringSocketChannel(),
            family -> EmptyDatagrams.allowedOn(new IoUringDatagramChannel(family)),
            IoUringDomainSocketChannel::new),
    EPOLL(
            Epoll::isAvailable,
            SteadyEpoll::newFactory,
            EpollServerSocketChannel::new,
            EpollSocketChannel::new,
            family -> EmptyDatagrams.allowedOn(new EpollDatagramChannel(family)),
            EpollDomainSocketChannel::new),
    NIO(
            () -> true,
            () -> NioIoHandler.newFactory(),
            NioServerSocketChannel::new,
            family -> new NioSocketChannel(),
            EmptyDatagrams::nio,
            NioDomainSocketChannel::new);

    private static final String MULTISHOT_POLL = "io.netty.iouring.pollAddMultishotEnabled";

    private final BooleanSupplier available;
    private final Supplier<IoHandlerFactory> handlers;
    private final Supplier<ServerSocketChannel> listeners;
    private final Function<SocketProtocolFamily, SocketChannel> sockets;
    private final Function<@Nullable SocketProtocolFamily, DatagramChannel> datagrams;
    private final Supplier<DuplexChannel> unixSockets;

    SocketKind(
            BooleanSupplier available,
            Supplier<IoHandlerFactory> handlers,
            Supplier<ServerSocketChannel> listeners,
            Function<SocketProtocolFamily, SocketChannel> sockets,
            Function<@Nullable SocketProtocolFamily, DatagramChannel> datagrams,
            Supplier<DuplexChannel> unixSockets) {
        this.available = available;
        this.handlers = handlers;
        this.listeners = listeners;
        this.sockets = sockets;
        this.datagrams = datagrams;
        this.unixSockets = unixSockets;
    }

    /**
     * Chooses one. {@code auto} is epoll where there is epoll: io_uring was not faster at relaying (measured on 17 and
     * 25), and many hosts and containers forbid it.
     */
    static SocketKind choose(String preference) {
        if (preference.equals("auto")) {
            return EPOLL.isAvailable() ? EPOLL : NIO;
        }
        SocketKind kind = named(preference);
        if (!kind.isAvailable()) {
            throw new CulvertException(
                    ConfigError.INVALID_VALUE,
                    "sockets: \"" + preference
                            + "\" is not to be had on this machine (expected: auto, or one that is).");
        }
        return kind;
    }

    static SocketKind named(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new CulvertException(
                        ConfigError.INVALID_VALUE, "sockets: \"" + label + "\" (expected: " + labels() + ")."));
    }

    boolean isAvailable() {
        return available.getAsBoolean();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    IoHandlerFactory newHandlers() {
        return handlers.get();
    }

    ServerSocketChannel newListener() {
        return listeners.get();
    }

    /** A socket for a connection to that address: one of both families costs two calls to the kernel more. */
    SocketChannel newSocket(InetAddress remote) {
        return sockets.apply(family(remote));
    }

    /** A socket for a connection to a Unix domain socket. */
    DuplexChannel newUnixSocket() {
        return unixSockets.get();
    }

    /** The address of a Unix domain socket, as that socket takes it. */
    SocketAddress unixAddress(UnixPath service) {
        return this == NIO ? UnixDomainSocketAddress.of(service.path()) : new DomainSocketAddress(service.path());
    }

    /** A datagram socket of both families where there are both. */
    DatagramChannel newDatagrams() {
        return datagrams.apply(null);
    }

    /** A datagram socket of that address's family. */
    DatagramChannel newDatagrams(InetAddress address) {
        return datagrams.apply(family(address));
    }

    private static SocketProtocolFamily family(InetAddress address) {
        return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    private static boolean isIoUringAvailable() {
        // Netty's multishot poll is edge-triggered and loses what happened while reads were off: a reset then is never
        // seen, and the rest of a turn that BoundedReads cut short neither. Read when Netty's class is loaded.
        if (System.getProperty(MULTISHOT_POLL) == null) {
            System.setProperty(MULTISHOT_POLL, "false");
        }
        return IoUring.isAvailable();
    }

    private static String labels() {
        return "auto, " + Arrays.stream(values()).map(SocketKind::label).collect(Collectors.joining(", "));
    }
}
