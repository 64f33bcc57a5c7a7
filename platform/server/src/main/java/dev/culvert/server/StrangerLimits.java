package dev.culvert.server;

import dev.culvert.spi.SourceNetwork;
import java.time.Duration;
import java.util.List;

/**
 * What those may cost who have not logged in.
 *
 * @param most connections that have not logged in, in all
 * @param mostPerSource the same for one IPv4 address, or one IPv6 network of 64 bits
 * @param banAfter how many failed logins ban a source; 0 for none
 * @param banFor for how long, and how long failures are remembered
 * @param exempt which networks are never put off or banned
 */
public record StrangerLimits(int most, int mostPerSource, int banAfter, Duration banFor, List<SourceNetwork> exempt) {

    /** Copies what it is given. */
    public StrangerLimits {
        exempt = List.copyOf(exempt);
    }
}
