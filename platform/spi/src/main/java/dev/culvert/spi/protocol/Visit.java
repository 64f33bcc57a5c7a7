package dev.culvert.spi.protocol;

import dev.culvert.spi.CulvertException;
import org.jspecify.annotations.Nullable;

/**
 * The presence of one visitor whose traffic no bridge carries: its bytes, its share of the bandwidth, its line in the
 * connection log. Used by one thread at a time.
 */
public interface Visit {

    /**
     * Bytes have come from the visitor.
     *
     * @param bytes how many
     * @return whether they may go on; false if the bandwidth is used up, and then they are not counted
     */
    boolean in(int bytes);

    /**
     * Bytes have come from the service.
     *
     * @param bytes how many
     * @return whether they may go on; false if the bandwidth is used up, and then they are not counted
     */
    boolean out(int bytes);

    /**
     * The visitor is gone, or is sent away.
     *
     * @param cause why; null for a normal end
     */
    void end(@Nullable CulvertException cause);
}
