package dev.culvert.testkit;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The event loops a test runs on, one pair of daemon threads for each way of doing I/O, shared by all tests. */
public enum Loops {
    /** Plain Java. */
    NIO(NioIoHandler.newFactory(), NioSocketChannel.class, NioServerSocketChannel.class),

    /** Linux, natively. */
    EPOLL(
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory(),
            EpollSocketChannel.class,
            EpollServerSocketChannel.class);

    private final EventLoopGroup group;
    private final Class<? extends SocketChannel> socketType;
    private final Class<? extends ServerChannel> serverType;

    Loops(
            IoHandlerFactory factory,
            Class<? extends SocketChannel> socketType,
            Class<? extends ServerChannel> serverType) {
        this.group = new MultiThreadIoEventLoopGroup(
                2, new DefaultThreadFactory("test-" + name().toLowerCase(Locale.ROOT), true), factory);
        this.socketType = socketType;
        this.serverType = serverType;
    }

    /** The kinds that work on this machine. For {@code @MethodSource("dev.culvert.testkit.Loops#available")}. */
    public static List<Loops> available() {
        return Arrays.stream(values())
                .filter(loops -> loops != EPOLL || Epoll.isAvailable())
                .toList();
    }

    /** Two loops. */
    public EventLoopGroup group() {
        return group;
    }

    /** One loop; the next call gives the other one. */
    public EventLoop next() {
        return group.next();
    }

    /** The class of this kind's sockets. */
    public Class<? extends SocketChannel> socketType() {
        return socketType;
    }

    /** The class of this kind's listeners. */
    public Class<? extends ServerChannel> serverType() {
        return serverType;
    }
}
