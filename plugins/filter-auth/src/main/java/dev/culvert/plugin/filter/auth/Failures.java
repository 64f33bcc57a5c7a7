package dev.culvert.plugin.filter.auth;

import dev.culvert.spi.SourceNetwork;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Which addresses have failed too often of late. Remembers a bounded number of them, those that failed last. Thread-safe.
 */
final class Failures {

    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_SOURCES = 10_000;
    private static final int IPV6_PREFIX = 64;

    private final int most;
    private final LongSupplier clock;
    private final Map<Object, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Count> eldest) {
            return size() > MOST_SOURCES;
        }
    };

    private record Count(int failures, long since) {}

    Failures(int most, LongSupplier clock) {
        this.most = most;
        this.clock = clock;
    }

    /** Nanoseconds for which an address may not try again; 0 if it may. */
    synchronized long wait(InetSocketAddress source) {
        Count count = counts.get(key(source));
        if (count == null || count.failures() < most) {
            return 0;
        }
        return Math.max(0, count.since() + WINDOW_NANOS - clock.getAsLong());
    }

    /** An address has failed. */
    synchronized void add(InetSocketAddress source) {
        long now = clock.getAsLong();
        counts.merge(
                key(source),
                new Count(1, now),
                (before, one) ->
                        now - before.since() >= WINDOW_NANOS ? one : new Count(before.failures() + 1, before.since()));
    }

    private static Object key(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        if (address == null) {
            return "";
        }
        SourceNetwork own = SourceNetwork.parse(NetUtil.toAddressString(address));
        return own.address() instanceof Inet6Address ? SourceNetwork.around(own.address(), IPV6_PREFIX) : own.address();
    }
}
