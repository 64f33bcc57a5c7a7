package dev.culvert.engine.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringSocketChannel;
import java.time.Duration;

/** Tunes the connection between a client and a server, which carries many streams. */
public final class ControlSocket {

    /** How long sent bytes may go without an acknowledgement before the kernel gives the connection up. */
    public static final Duration USER_TIMEOUT = Duration.ofSeconds(15);

    // Bytes that wait in the kernel wait in front of every stream. This is what keeps a small reply from queueing
    // behind megabytes of bulk.
    private static final long UNSENT_BYTES = 128 * 1024;

    private ControlSocket() {}

    /**
     * Sets what the kernel interface knows: the user timeout and the limit of unsent bytes with epoll and io_uring,
     * nothing with NIO.
     *
     * @param raw a connected socket
     */
    public static void tune(Channel raw) {
        int timeoutMillis = Math.toIntExact(USER_TIMEOUT.toMillis());
        if (raw instanceof EpollSocketChannel) {
            raw.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, timeoutMillis);
            raw.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
        } else if (raw instanceof IoUringSocketChannel) {
            raw.config().setOption(IoUringChannelOption.TCP_USER_TIMEOUT, timeoutMillis);
            raw.config().setOption(IoUringChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
        }
    }
}
