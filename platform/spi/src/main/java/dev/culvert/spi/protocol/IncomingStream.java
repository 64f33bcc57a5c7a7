package dev.culvert.spi.protocol;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.link.Datagrams;
import io.netty.channel.socket.DuplexChannel;
import java.util.Optional;

/**
 * A stream that waits for a service. Its methods are called on the stream's loop.
 *
 * <p>Whoever has to speak to the visitor before it knows the service accepts the stream first, and bridges or refuses it
 * later: that is counted and logged as ever, and the server, which has its answer already, is told nothing more.
 */
public interface IncomingStream {

    /** The stream, auto-read off. */
    DuplexChannel channel();

    /** On whose behalf the server opened it. */
    StreamOrigin origin();

    /**
     * Tells the server that the service is there, and joins the stream to it until both have ended.
     *
     * @param service a connected channel on any loop, the stream's own being the fast case; owned by the bridge
     * @param options the tunnel's
     */
    void bridge(DuplexChannel service, BridgeOptions options);

    /**
     * Tells the server that the service is there, by bytes on the stream if need be: handlers that encode are put there after
     * it, in the same turn of the loop. The caller's handlers own the stream from now on, until {@link #bridge}, before which
     * they have to be gone.
     */
    void accept();

    /**
     * Tells the server that the service is not to be had. After {@link #accept}, only counts and logs that: the stream is the
     * caller's to end.
     *
     * @param cause why
     */
    void refuse(CulvertException cause);

    /** A way beside the stream for datagrams that may be lost: the other end of {@link TunnelStream#datagrams()}. */
    default Optional<Datagrams> datagrams() {
        return Optional.empty();
    }

    /**
     * Begins a visitor's place in the connection log, where an accepted stream carries many.
     *
     * @param visitor who it is
     * @return to be ended once, whatever happens
     */
    Visit visit(StreamOrigin visitor);

    /**
     * Counts datagrams of visitors. Called now and then with what has come together since, not for each one.
     *
     * @param count how many
     */
    void counted(DatagramCount count);
}
