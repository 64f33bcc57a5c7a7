package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.SourceNetwork;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that lead to the client's own machine, to what only its neighbours may know (the metadata of a cloud), to many, or
 * around all rules by another way to write an IPv4 address. A visitor gets there only if they are listed themselves.
 */
final class Reserved {

    private static final List<SourceNetwork> NETWORKS = Stream.of(
                    "0.0.0.0/8", // this machine, to many systems
                    "127.0.0.0/8", // loopback
                    "169.254.0.0/16", // link-local, metadata
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4", // broadcast
                    "::/96", // unspecified, loopback, an IPv4 address
                    "64:ff9b::/96", // NAT64: an IPv4 address
                    "2002::/16", // 6to4: an IPv4 address
                    "fe80::/10", // link-local
                    "fd00:ec2::254", // metadata
                    "ff00::/8") // multicast
            .map(SourceNetwork::parse)
            .toList();

    private static final List<SourceNetwork> PRIVATE = Stream.of(
                    "10.0.0.0/8", // RFC 1918
                    "100.64.0.0/10", // a provider's, RFC 6598
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "fc00::/7", // unique local, RFC 4193
                    "fec0::/10") // site-local, as it was before
            .map(SourceNetwork::parse)
            .toList();

    private Reserved() {}

    /** Whether an address means something else in another network, so that whoever owns a name may not choose it freely. */
    static boolean isPrivate(InetAddress address) {
        return PRIVATE.stream().anyMatch(network -> network.contains(address));
    }

    /** The reserved network that an address is in; null if it is an ordinary one. */
    static @Nullable SourceNetwork around(InetAddress address) {
        for (SourceNetwork network : NETWORKS) {
            if (network.contains(address)) {
                return network;
            }
        }
        return null;
    }
}
