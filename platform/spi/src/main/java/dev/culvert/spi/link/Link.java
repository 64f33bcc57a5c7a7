package dev.culvert.spi.link;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Principal;
import dev.culvert.spi.auth.AuthenticationContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One private connection that carries many streams.
 *
 * <p>A stream is a {@link DuplexChannel} whose event loop is the link's. Its {@link DuplexChannel#isWritable()} is the
 * peer's receive window, and turning its auto-read off stops this side from granting more: flow control needs no method
 * of its own. {@code SO_LINGER 0} and {@code close()} resets it. A new stream has an empty pipeline and auto-read off.
 *
 * <p>Methods may be called from any thread; callbacks and listeners run on the {@linkplain #eventLoop() loop}.
 */
public interface Link {

    /** The loop that owns this link and all its streams. */
    EventLoop eventLoop();

    /** What is known about the other end. */
    AuthenticationContext context();

    /** Who the other end is, where the transport alone decided it; else null. */
    @Nullable
    Principal principal();

    /**
     * Opens a stream.
     *
     * @return completes once bytes may be written. Fails with a {@link CulvertException}
     *     ({@link dev.culvert.spi.WireError}) if the peer has said go-away, the limit of streams is reached, too many
     *     opens await the peer for too long, or the link is closed.
     */
    Future<DuplexChannel> openStream();

    /**
     * Says who takes the streams that the peer opens. Called once, before the link reads.
     *
     * @param acceptor is handed each new stream on the loop
     */
    void onStream(Consumer<DuplexChannel> acceptor);

    /** Starts reading from the connection. Called once, after {@link #onStream}. */
    void start();

    /** Tells the peer to open no more streams. Open streams go on. */
    void goAway();

    /** Completes when the peer has said go-away. */
    Future<Void> goAwayFuture();

    /**
     * Asks for a sign of life.
     *
     * @return how long the answer took; fails when the link closes first
     */
    Future<Duration> ping();

    /** How many streams are open. */
    int streams();

    /**
     * Whether the peer has been silent for longer than it should: the link may still come back, but nobody who has another
     * way should be made to wait for that. Changes without notice.
     */
    default boolean isDoubtful() {
        return false;
    }

    /**
     * Ends the link and resets its streams.
     *
     * @param cause told to the peer as far as the wire allows, and to {@link #closeFuture}; null for a normal end
     */
    void close(@Nullable CulvertException cause);

    /** Succeeds after a normal end; fails with the cause of any other. */
    Future<Void> closeFuture();

    /** A way to send datagrams that may be dropped, where the link has one. */
    default Optional<Datagrams> datagrams() {
        return Optional.empty();
    }
}
