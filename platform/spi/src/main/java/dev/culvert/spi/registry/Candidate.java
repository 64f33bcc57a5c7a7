package dev.culvert.spi.registry;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.Balance;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.util.concurrent.Future;
import java.time.Duration;

/** One way to a private service: a session here, or one on another node. Thread-safe. */
public interface Candidate {

    /** Which session, for logs. */
    String session();

    /** How many streams it carries, and how many flows of datagrams on them. */
    int load();

    /** Who it belongs to, and how that one shares visitors with others. */
    default Member member() {
        return new Member(session(), "", Balance.LEAST_STREAMS, 1);
    }

    /** The name of the listener by which it came; empty if that is another node's affair. */
    default String listener() {
        return "";
    }

    /**
     * Whether it takes a new visitor. One that does not, because it is going to stop, is paused, is not for this one, or its
     * service is known to be gone, is asked only when all others have failed, and then says why.
     *
     * @param origin who that is
     */
    default boolean isFit(StreamOrigin origin) {
        return true;
    }

    /**
     * Opens a stream.
     *
     * @param origin on whose behalf
     */
    Future<TunnelStream> openStream(StreamOrigin origin);

    /**
     * Asks for a sign of life.
     *
     * @return how long the answer took
     */
    Future<Duration> ping();

    /**
     * Ends the session behind it, because it gave no sign of life or a newer one took over.
     *
     * @param cause why
     */
    void evict(CulvertException cause);
}
