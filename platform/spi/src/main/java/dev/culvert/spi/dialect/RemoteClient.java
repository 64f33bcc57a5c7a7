package dev.culvert.spi.dialect;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client as a server sees it; implemented by dialects. Methods may be called from any thread. */
public interface RemoteClient {

    /** The loop that its streams belong to. */
    EventLoop eventLoop();

    /** How many streams are open; the least loaded session gets the next one. */
    int streams();

    /** Whether the client has announced that it is going to stop, and takes no new streams. */
    default boolean isDraining() {
        return false;
    }

    /** Whether the client has been silent for longer than it should, see {@link dev.culvert.spi.link.Link#isDoubtful}. */
    default boolean isDoubtful() {
        return false;
    }

    /**
     * Opens a stream to the client's service.
     *
     * @param tunnel the name the client gave
     * @param origin on whose behalf
     */
    Future<TunnelStream> openStream(String tunnel, StreamOrigin origin);

    /**
     * Tells the client that a tunnel is no more.
     *
     * @param tunnel the name the client gave
     * @param cause why
     */
    void tunnelClosed(String tunnel, CulvertException cause);

    /**
     * Tells the client that the visitors of a tunnel are refused at the wish of the server's operator, or are served again.
     *
     * @param tunnel the name the client gave
     * @param paused whether they are refused
     */
    default void tunnelPaused(String tunnel, boolean paused) {}

    /**
     * Asks for a sign of life.
     *
     * @return how long the answer took
     */
    Future<Duration> ping();

    /**
     * Announces the end: open streams may finish, none start.
     *
     * @param deadline how long they have
     */
    void drain(Duration deadline);

    /**
     * Ends the session.
     *
     * @param cause why; null for a normal end
     */
    void close(@Nullable CulvertException cause);

    /** Succeeds after a normal end; fails with the cause of any other. */
    Future<Void> closeFuture();
}
