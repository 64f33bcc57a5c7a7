package dev.culvert.spi.protocol;

import java.util.Map;

/**
 * What became of a number of datagrams.
 *
 * @param in how many came from visitors and were passed on
 * @param out how many came from the service and were passed on
 * @param lost how many were not, and why
 * @param evicted how many visitors' flows had to end meanwhile so that others could begin; of those alone that had not
 *     shown yet that they see the answers
 */
public record DatagramCount(long in, long out, Map<DatagramLoss, Long> lost, long evicted) {

    /** Copies what it is given. */
    public DatagramCount {
        lost = Map.copyOf(lost);
    }
}
