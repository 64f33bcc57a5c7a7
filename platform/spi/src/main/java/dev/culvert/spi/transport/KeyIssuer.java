package dev.culvert.spi.transport;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TransportFactory} whose two ends know each other by keys that it can make. {@code culvert keygen} uses it, so
 * that the platform knows no plugin by name. Called at the command line; may block.
 */
public interface KeyIssuer {

    /**
     * Makes a key pair and says how both ends are configured with it. Writes nothing.
     *
     * @param keptIn the file into whose first line the caller writes the private key, so that the sections name it; null:
     *     they hold the key itself
     */
    IssuedKey issueKey(@Nullable Path keptIn);
}
