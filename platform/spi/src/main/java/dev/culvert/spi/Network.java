package dev.culvert.spi;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.util.function.Consumer;

/**
 * Sockets, on the transport that the platform chose (io_uring, epoll or NIO).
 *
 * <p>Every channel made here allows half-closure, has {@code TCP_NODELAY} and pooled direct buffers, and does not read
 * until {@code autoRead} is turned on.
 */
public interface Network {

    /** The loops that own sessions and their streams. */
    EventLoopGroup eventLoops();

    /**
     * Listens, and hands over each accepted connection <em>unregistered</em>: whoever takes it registers it once, on
     * the loop that will own it, or closes it with {@link #discard}.
     *
     * @param bind where; an empty host means all addresses, IPv4 and IPv6; port 0 means any
     * @param accepted called on the listener's loop for each connection; must not block
     * @return the listening channel, whose {@code localAddress()} has the real port; closing it stops listening and
     *     leaves accepted connections alone. Fails with {@link java.net.BindException}.
     */
    Future<Channel> listen(HostPort bind, Consumer<DuplexChannel> accepted);

    /**
     * Connects to a service. Names are resolved off the loop, each time; all addresses of a name are tried in turn. An
     * empty host means this machine: 127.0.0.1, then ::1. A Unix domain socket knows no reset: what was aborted looks to its
     * service like an end.
     *
     * @param loop which loop the connection will belong to
     * @param target where
     * @return the connected channel. May be cancelled: a connection that is made nonetheless is closed. Fails with
     *     {@link java.net.ConnectException}, {@link java.net.UnknownHostException},
     *     {@link io.netty.channel.ConnectTimeoutException} or {@link java.io.FileNotFoundException}.
     */
    Future<DuplexChannel> connect(EventLoop loop, ServiceAddress target);

    /**
     * Opens a datagram socket that anyone may send to.
     *
     * <p>It reads and writes {@link io.netty.channel.socket.DatagramPacket}s of up to 65,507 bytes, in batches where the
     * system has calls for that: many are read before {@code channelReadComplete}, and those written before a flush go
     * out together. A write never waits for room: what does not fit stays queued, so whoever writes looks at
     * {@code isWritable()} and drops.
     *
     * @param loop which loop it belongs to
     * @param bind where; an empty host means all addresses, IPv4 and IPv6; port 0 means any
     * @return the bound channel, auto-read off. Fails with {@link java.net.BindException}.
     */
    Future<DatagramChannel> bindDatagrams(EventLoop loop, HostPort bind);

    /**
     * Opens a datagram socket to one service, whose answers alone it takes. Names are resolved off the loop, each time;
     * the first address of a name is taken, and for an empty host 127.0.0.1: nothing tells which address is alive.
     *
     * <p>It reads {@link io.netty.channel.socket.DatagramPacket}s and writes those or {@code ByteBuf}s, as
     * {@link #bindDatagrams} says. That nothing listens at the service is an {@code exceptionCaught} with a
     * {@link java.net.PortUnreachableException}, where the system says so; the channel stays open.
     *
     * @param loop which loop it belongs to
     * @param target where
     * @return the connected channel, auto-read off. Fails with {@link java.net.UnknownHostException} or
     *     {@link java.io.IOException}.
     */
    Future<DatagramChannel> connectDatagrams(EventLoop loop, HostPort target);

    /**
     * Ends a connection that was never registered; for others see {@link #abort}.
     *
     * @param connection as {@link #listen} handed it over
     * @param reset whether its peer sees RST; otherwise FIN
     */
    void discard(DuplexChannel connection, boolean reset);

    /**
     * Ends a connection that came by {@link #listen} and is not taken, so that its peer sees RST; counts that with its code in
     * the metrics, and says it in the log now and then. For refusals before it is known which tunnel a visitor is for.
     *
     * @param connection registered or not
     * @param cause why
     */
    void refuse(DuplexChannel connection, CulvertException cause);

    /**
     * Ends a registered connection, or a stream, so that its peer sees RST and no clean end.
     *
     * @param channel a connection of {@link #listen} or {@link #connect}, or a stream
     */
    static void abort(Channel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // The kernel knows already that the connection is gone; closing is all that is left to do.
        }
        channel.close();
    }

    /**
     * The address a connection came from, also before it is registered.
     *
     * @param connection as {@link #listen} handed it over
     */
    SocketAddress peerOf(DuplexChannel connection);
}
