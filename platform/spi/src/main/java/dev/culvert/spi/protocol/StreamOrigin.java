package dev.culvert.spi.protocol;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a stream opens.
 *
 * @param visitor the visitor's address, or null if there is none (a probe) or it is not known
 * @param endpoint the public address the visitor connected to, or null
 */
public record StreamOrigin(
        @Nullable InetSocketAddress visitor, @Nullable InetSocketAddress endpoint) {

    /** Nobody in particular. */
    public static final StreamOrigin UNKNOWN = new StreamOrigin(null, null);
}
