package dev.culvert.spi.protocol;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PortRange;
import dev.culvert.spi.Rights;
import dev.culvert.spi.TunnelError;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Which public ports tunnels may have, for protocols that give each one of its own.
 *
 * @param allowed the server's; empty for any
 */
public record PublicPorts(List<PortRange> allowed) {

    /** How many ports are tried before a tunnel that wants any is told that there is none. */
    private static final int ATTEMPTS = 256;

    /** Copies what it is given. */
    public PublicPorts {
        allowed = List.copyOf(allowed);
    }

    /**
     * The port that a tunnel asks for, if it may have it.
     *
     * @param port not 0
     * @throws CulvertException ({@link TunnelError#NOT_PERMITTED}) if it may not
     */
    public PrimitiveIterator.OfInt requested(int port) {
        if (!allows(port)) {
            throw new CulvertException(
                    TunnelError.NOT_PERMITTED,
                    "port: " + port + " (expected: one of " + allowed + ", which this server gives out).");
        }
        return IntStream.of(port).iterator();
    }

    /**
     * Ports to try for a tunnel that wants any: 0, the kernel's choice, where nothing limits it.
     *
     * @param rights the owner's, whose limits the port must be within as well
     * @return at least one
     * @throws CulvertException ({@link TunnelError#NOT_PERMITTED}) if there is none
     */
    public PrimitiveIterator.OfInt assignable(Rights rights) {
        if (allowed.isEmpty() && rights.ports().isEmpty()) {
            return IntStream.of(0).iterator();
        }
        int[] possible = IntStream.rangeClosed(1, 65535)
                .filter(port -> allows(port) && rights.allowsPort(port))
                .toArray();
        if (possible.length == 0) {
            throw new CulvertException(
                    TunnelError.NOT_PERMITTED,
                    "port: 0 (no port is both one of " + allowed + ", which this server gives out, and one of "
                            + rights.ports() + ", which the credential permits).");
        }
        // From a random place on, so that tunnels do not all try the ports that are taken already.
        int start = ThreadLocalRandom.current().nextInt(possible.length);
        return IntStream.range(0, Math.min(possible.length, ATTEMPTS))
                .map(i -> possible[(start + i) % possible.length])
                .iterator();
    }

    private boolean allows(int port) {
        return allowed.isEmpty() || allowed.stream().anyMatch(range -> range.contains(port));
    }
}
