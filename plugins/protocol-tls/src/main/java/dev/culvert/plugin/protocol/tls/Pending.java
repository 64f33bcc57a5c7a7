package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.SourceNetwork;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts visitors that have no service yet, in all and by source, so that strangers cost a bounded amount. Thread-safe. */
final class Pending {

    private final int most;
    private final int mostPerSource;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<SourceNetwork, Integer> bySource = new ConcurrentHashMap<>();

    Pending(int most, int mostPerSource) {
        this.most = most;
        this.mostPerSource = mostPerSource;
    }

    /** Counts one more, unless a limit is reached. To be given back by {@link #leave}. */
    boolean enter(@Nullable InetSocketAddress source) {
        if (all.incrementAndGet() > most) {
            all.decrementAndGet();
            return false;
        }
        SourceNetwork network = networkOf(source);
        if (network != null && bySource.merge(network, 1, Integer::sum) > mostPerSource) {
            leave(source);
            return false;
        }
        return true;
    }

    /** Counts one less. */
    void leave(@Nullable InetSocketAddress source) {
        all.decrementAndGet();
        SourceNetwork network = networkOf(source);
        if (network != null) {
            bySource.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    // Whoever has one address of IPv6 has a whole /64 of them.
    private static @Nullable SourceNetwork networkOf(@Nullable InetSocketAddress source) {
        InetAddress address = source == null ? null : source.getAddress();
        return address == null ? null : SourceNetwork.around(address, address instanceof Inet4Address ? 32 : 64);
    }
}
