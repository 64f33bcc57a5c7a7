package dev.culvert.spi.protocol;

import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One visitor's or one request's turn: which of the clients behind an endpoint it goes to. Thread-safe. */
public interface Turn {

    /**
     * Whether a stream leads to the client whose turn it is. It may then be used again, if
     * {@link TunnelHandle#mayReuse} agrees.
     *
     * @param stream of an earlier turn
     */
    boolean isOf(TunnelStream stream);

    /**
     * Whether it is the same client's turn, for protocols that share a stream which has yet to open.
     *
     * @param other of the same tunnel
     */
    boolean isSame(Turn other);

    /**
     * What brings a visitor back to the client of a stream, if it is given to {@link TunnelHandle#turn} the next time.
     *
     * @param stream of this turn
     * @return null if visitors are not to come back
     */
    default @Nullable String token(TunnelStream stream) {
        return null;
    }

    /**
     * Opens a stream to that client, or to the next one if that one takes none; as {@link TunnelHandle#openStream}.
     *
     * @param origin on whose behalf; {@link StreamOrigin#UNKNOWN} if it is for many, who are let in by
     *     {@link TunnelHandle#visit} one by one
     */
    Future<TunnelStream> openStream(StreamOrigin origin);
}
