package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.HostName;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that visitors of a proxy may reach.
 *
 * @param listed what the file lists; what is not there is refused
 */
record Destinations(List<Destination> listed) {

    /** Whether it is worth looking a name up: what nobody may reach is not asked for. */
    boolean mayPermit(HostName name, int port) {
        return listed.stream().anyMatch(one -> one.covers(name, port) || one.mayLeadTo(port));
    }

    /**
     * Whether an address may be connected to.
     *
     * @param name what it was asked for by; null if by itself
     */
    boolean permit(@Nullable HostName name, InetAddress address, int port) {
        boolean named =
                name != null && listed.stream().anyMatch(one -> one.covers(name, port) && one.mayLeadTo(address));
        return named || listed.stream().anyMatch(one -> one.covers(address, port));
    }
}
