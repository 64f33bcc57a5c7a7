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
     * @param cause why
     * @param pause how long until the next attempt
     */
    default void retrying(CulvertException cause, Duration pause) {}

    /**
     * A login went through.
     *
     * @param transport by which way, and why
     */
    default void transport(TransportStatus transport) {}

    /**
     * The server does not open a tunnel.
     *
     * @param tunnel its name
     * @param cause why
     */
    default void tunnelRefused(String tunnel, CulvertException cause) {}

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
