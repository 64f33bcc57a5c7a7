package dev.culvert.client;

import dev.culvert.spi.CulvertException;
import org.jspecify.annotations.Nullable;

/**
 * Why a client has ended by itself.
 *
 * @param kind what it means for whoever started it
 * @param cause what happened, or null after a clean end
 */
public record ClientEnd(Kind kind, @Nullable CulvertException cause) {

    /** What an end means. */
    public enum Kind {
        /** It was asked to stop, or the server closed cleanly and nothing asks for a reconnect. */
        STOPPED,

        /** The server cannot be reached, or the connection broke, and nothing asks for a reconnect. */
        UNREACHABLE,

        /** The server never let the client in. */
        NOT_AUTHENTICATED,

        /** The server never opened a tunnel. */
        TUNNEL_REFUSED
    }
}
