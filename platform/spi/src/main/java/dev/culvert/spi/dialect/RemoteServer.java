package dev.culvert.spi.dialect;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Principal;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A server as a client sees it; implemented by dialects. Methods may be called from any thread. */
public interface RemoteServer {

    /** The server's id for this session, for display. */
    String sessionId();

    /**
     * Who the server takes this client for, for display: its name and account; the rights are not known here.
     *
     * @return empty where the dialect does not say
     */
    default Optional<Principal> principal() {
        return Optional.empty();
    }

    /**
     * How far the server's clock was ahead of this machine's when it let the client in, less the time on the way.
     *
     * @return negative if it was behind; empty where the dialect does not say
     */
    default Optional<Duration> clockAhead() {
        return Optional.empty();
    }

    /**
     * Asks for a tunnel.
     *
     * @param request what is wanted
     * @return where it is public, or empty where the dialect does not say; fails with the server's
     *     {@link CulvertException}
     */
    CompletionStage<Optional<Endpoint>> openTunnel(TunnelRequest request);

    /**
     * Gives a tunnel up. Its open streams go on.
     *
     * @param name as it was opened
     */
    void closeTunnel(String name);

    /**
     * Has the server replace what the platform itself knows of a tunnel, {@link ServerSession#reviseTunnel}. A server that
     * cannot take it closes the tunnel and says why.
     *
     * @param request by the name of a tunnel that was asked for
     * @return false if the server cannot be told, so that the tunnel has to be closed and opened anew
     */
    default boolean reviseTunnel(TunnelRequest request) {
        return false;
    }

    /**
     * Asks the server to refuse the visitors of a tunnel, or to take them again. The endpoint stays, and so do open
     * streams. Where the dialect cannot say this, nothing happens, and this client refuses the streams as they come.
     *
     * @param name as it was opened
     * @param paused whether they are refused
     */
    default void pauseTunnel(String name, boolean paused) {}

    /**
     * Tells the server how the service of a tunnel is, so that it sends visitors elsewhere, or refuses them, while the
     * service is not well. Where the dialect cannot say this, nothing happens.
     *
     * @param name as it was opened
     * @param trouble what the health check found, or null if the service is well
     */
    default void tunnelHealth(String name, @Nullable CulvertException trouble) {}

    /** How many streams are open. */
    int streams();

    /**
     * Asks for a sign of life.
     *
     * @return how long the answer took
     */
    Future<Duration> ping();

    /** Tells the server to open no more streams. */
    void goAway();

    /**
     * Ends the session.
     *
     * @param cause why; null for a normal end
     */
    void close(@Nullable CulvertException cause);

    /** Succeeds after a normal end; fails with the cause of any other. */
    Future<Void> closeFuture();
}
