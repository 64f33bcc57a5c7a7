package dev.culvert.server;

import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.engine.config.TunnelLimits;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.TunnelError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What the visitors of one endpoint use together, whichever session serves them. Thread-safe. */
final class TunnelUse {

    private final AtomicInteger visitors = new AtomicInteger();
    private final Map<Long, Integer> sources = new ConcurrentHashMap<>();
    private final Map<DataSize, RateLimits> rates = new ConcurrentHashMap<>();

    /**
     * Counts one more visitor; throws if that were one too many.
     *
     * @param tunnel its name, for the message
     * @param visitor where it comes from; nobody in particular is not counted
     * @return to be run when it has gone; once or more
     */
    Runnable enter(String tunnel, TunnelLimits limits, @Nullable InetSocketAddress visitor) {
        if (visitor == null) {
            return () -> {};
        }
        Integer most = limits.connections();
        if (visitors.incrementAndGet() > (most == null ? Integer.MAX_VALUE : most)) {
            visitors.decrementAndGet();
            throw tooMany(TunnelError.VISITOR_LIMIT, tunnel, "visitors", "max_connections", most);
        }
        Long source = source(visitor.getAddress());
        try {
            enterSource(tunnel, limits.connectionsPerSource(), source);
        } catch (CulvertException e) {
            visitors.decrementAndGet();
            throw e;
        }
        AtomicBoolean gone = new AtomicBoolean();
        return () -> {
            if (gone.compareAndSet(false, true)) {
                visitors.decrementAndGet();
                sources.computeIfPresent(source, (key, count) -> count == 1 ? null : count - 1);
            }
        };
    }

    int visitors() {
        return visitors.get();
    }

    /** How fast its visitors may be; one bucket for all sessions that name the same bandwidth. */
    RateLimits rates(TunnelLimits limits) {
        DataSize bandwidth = limits.bandwidth();
        return bandwidth == null
                ? RateLimits.NONE
                : rates.computeIfAbsent(bandwidth, size -> RateLimits.each(size.bytes()));
    }

    private void enterSource(String tunnel, @Nullable Integer most, Long source) {
        sources.compute(source, (key, count) -> {
            int now = count == null ? 0 : count;
            if (most != null && now >= most) {
                throw tooMany(
                        TunnelError.SOURCE_LIMIT,
                        tunnel,
                        "visitors of this source",
                        "max_connections_per_source",
                        most);
            }
            return now + 1;
        });
    }

    private static CulvertException tooMany(
            TunnelError code, String tunnel, String what, String key, @Nullable Integer most) {
        return new CulvertException(
                code, "tunnel \"" + tunnel + "\" has as many " + what + " as it may (" + key + ": " + most + ").");
    }

    // An address of IPv4, or a network of 64 bits of IPv6; none of those begins with zeros alone.
    private static Long source(@Nullable InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address == null ? new byte[4] : address.getAddress());
        return bytes.remaining() == 4 ? bytes.getInt() & 0xFFFF_FFFFL : bytes.getLong();
    }
}
