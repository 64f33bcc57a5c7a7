package dev.culvert.engine.net;

import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;

/** How the output of a channel is ended that has nothing left to write. */
public final class OutputEnd {

    private OutputEnd() {}

    /**
     * Sends FIN. On the channel's loop.
     *
     * <p>{@link DuplexChannel#shutdownOutput} does the same, and makes an exception with its stack trace for the writes
     * that a queue with bytes in it would lose: with epoll the tenth part of what a short connection costs.
     *
     * @param channel whose queue of writes is empty, and to which nothing more will be written
     */
    public static ChannelFuture send(DuplexChannel channel) {
        if (!(channel instanceof EpollSocketChannel) || !(((EpollSocketChannel) channel).fd() instanceof Socket)) {
            return channel.shutdownOutput();
        }
        try {
            ((Socket) ((EpollSocketChannel) channel).fd()).shutdown(false, true);
            return channel.newSucceededFuture();
        } catch (IOException | NotYetConnectedException e) {
            return channel.newFailedFuture(e);
        }
    }
}
