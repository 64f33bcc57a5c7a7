package dev.culvert.spi.registry;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.util.concurrent.Future;
import java.time.Duration;

/** One way to a private service: a session here, or one on another node. Thread-safe. */
public interface Candidate {

    /** Which session, for logs. */
    String session();

    /** How many streams it carries; the least loaded is asked first. */
    int load();

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
