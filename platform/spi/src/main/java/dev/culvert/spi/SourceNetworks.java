package dev.culvert.spi;

import static java.util.Objects.requireNonNullElse;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * Which networks may come: {@code allow} and {@code deny} of a listener or a tunnel. What is denied is denied also where
 * it is allowed.
 *
 * @param allow who may come; empty for everybody
 * @param deny who may not
 */
public record SourceNetworks(List<SourceNetwork> allow, List<SourceNetwork> deny) {

    /** Everybody. */
    public static final SourceNetworks ALL = new SourceNetworks(List.of(), List.of());

    /** Copies what it is given. */
    public SourceNetworks {
        allow = List.copyOf(requireNonNullElse(allow, List.of()));
        deny = List.copyOf(requireNonNullElse(deny, List.of()));
    }

    /** Whether this excludes nobody. */
    public boolean isAll() {
        return allow.isEmpty() && deny.isEmpty();
    }

    /** Whether this address may come. */
    public boolean permits(InetAddress address) {
        return deny.stream().noneMatch(network -> network.contains(address))
                && (allow.isEmpty() || allow.stream().anyMatch(network -> network.contains(address)));
    }

    /** Whether this address may come; one that is no IP address only if this excludes nobody. */
    public boolean permits(SocketAddress address) {
        if (isAll()) {
            return true;
        }
        return address instanceof InetSocketAddress inet && inet.getAddress() != null && permits(inet.getAddress());
    }
}
