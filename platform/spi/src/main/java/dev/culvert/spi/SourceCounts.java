package dev.culvert.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many of something each source has, up to a limit. An address of IPv4 is a source, and a /64 of IPv6: whoever has one
 * address of that has all of it. Thread-safe.
 */
public final class SourceCounts {

    private final int most;
    private final Map<SourceNetwork, Integer> counts = new ConcurrentHashMap<>();

    /**
     * Nobody has any.
     *
     * @param most how many a source may have; at least 1
     */
    public SourceCounts(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most: " + most + " (expected: at least 1)");
        }
        this.most = most;
    }

    /**
     * Counts one more.
     *
     * @param source whose it is; null is not counted
     * @return whether it was not one too many; if so, {@link #leave} is called for it once
     */
    public boolean enter(@Nullable InetSocketAddress source) {
        SourceNetwork network = networkOf(source);
        if (network != null && counts.merge(network, 1, Integer::sum) > most) {
            leave(source);
            return false;
        }
        return true;
    }

    /**
     * Counts one less.
     *
     * @param source whose it was
     */
    public void leave(@Nullable InetSocketAddress source) {
        SourceNetwork network = networkOf(source);
        if (network != null) {
            counts.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    private static @Nullable SourceNetwork networkOf(@Nullable InetSocketAddress source) {
        InetAddress address = source == null ? null : source.getAddress();
        return address == null ? null : SourceNetwork.ofSource(address);
    }
}
