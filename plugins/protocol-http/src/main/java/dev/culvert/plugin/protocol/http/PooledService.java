package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.TunnelStream;
import org.jspecify.annotations.Nullable;

/** A stream to a service that is used for one request after another. Its methods may be called from any thread. */
interface PooledService {

    TunnelStream stream();

    boolean isOpen();

    /** When it was last used, as {@link System#nanoTime()}. */
    long idleSince();

    /** Whether nobody uses it now. */
    boolean isIdle();

    /**
     * Gives it to whoever asks.
     *
     * @param token leads the visitor to the same client again; null if nothing need
     */
    void use(ServicePool.Asker asker, @Nullable String token);

    void close();
}
