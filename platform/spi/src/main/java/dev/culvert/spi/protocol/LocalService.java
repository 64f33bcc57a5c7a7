package dev.culvert.spi.protocol;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;

/** Delivers streams to one private service. Thread-safe. */
public interface LocalService extends AutoCloseable {

    /**
     * Takes a stream. Called on its loop; answers by {@link IncomingStream#bridge}, {@link IncomingStream#accept} or
     * {@link IncomingStream#refuse}, at once or later.
     *
     * @param stream a visitor's
     */
    void deliver(IncomingStream stream);

    /**
     * Connects to the service as for a visitor, of whom there is none: what a health check does. Called only if the section's
     * {@link TunnelFactory#service} is not null. From any thread.
     *
     * @param loop the connection's
     * @return a connection on which the service may be spoken to, its auto-read off; the caller closes it. Fails with a {@link
     *     dev.culvert.spi.CulvertException}; whoever cancels it wants no connection any more
     */
    default Future<DuplexChannel> connect(EventLoop loop) {
        return loop.newFailedFuture(new UnsupportedOperationException("a service that takes no connections"));
    }

    /**
     * The client is going to stop, and waits for its streams to end. Whoever keeps one for visitors yet to come ends it as
     * soon as those that are there are done. From any thread.
     */
    default void drain() {}

    /** Frees what it holds; delivered streams go on. */
    @Override
    default void close() {}
}
