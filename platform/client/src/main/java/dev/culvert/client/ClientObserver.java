package dev.culvert.client;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.event.SessionListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Is told what a client does, beyond what both ends tell. Called on event loops: must not block. */
public interface ClientObserver extends SessionListener {

    /**
     * A connection to the server could not be made or was lost, and will be tried again.
     *
     * @param server which; several that stand in for each other are one, {@code "a:4444, b:4444"}
     * @param cause why
     * @param pause how long until the next attempt
     */
    default void retrying(String server, CulvertException cause, Duration pause) {}

    /**
     * A login went through.
     *
     * @param transport by which way, and why
     */
    default void transport(TransportStatus transport) {}

    /**
     * A server does not open a tunnel.
     *
     * @param tunnel its name
     * @param server the server's address
     * @param cause why
     */
    default void tunnelRefused(String tunnel, String server, CulvertException cause) {}

    /**
     * The health check of a tunnel's service has found something new.
     *
     * @param tunnel the tunnel's name
     * @param trouble what is wrong, or null if the service is well
     */
    default void serviceHealth(String tunnel, @Nullable CulvertException trouble) {}

    /**
     * A stream's local service was dialled.
     *
     * @param tunnel the tunnel's name
     * @param took how long that took
     * @param cause why it failed, or null if it did not
     */
    default void dialled(String tunnel, Duration took, @Nullable CulvertException cause) {}
}
