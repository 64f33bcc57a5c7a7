package dev.culvert.server;

import dev.culvert.engine.bridge.Rate;
import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.engine.config.TunnelLimits;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.TunnelError;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the visitors of one endpoint use together, whichever session serves them. Thread-safe. */
final class TunnelUse {

    private static final int MOST_RATES = 64;

    private final AtomicInteger visitors = new AtomicInteger();
    private final Map<Object, Integer> sources = new ConcurrentHashMap<>();
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
        Object source = Source.of(visitor);
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

    /**
     * How fast its visitors may be; one bucket for all sessions that name the same bandwidth.
     *
     * @param limits those of the moment: whoever comes while there is a bandwidth follows it when it changes
     */
    RateLimits rates(Supplier<TunnelLimits> limits) {
        return limits.get().bandwidth() == null
                ? RateLimits.NONE
                : new RateLimits(new CurrentRate(limits, RateLimits::a), new CurrentRate(limits, RateLimits::b));
    }

    /** The bucket of one bandwidth. */
    RateLimits rates(TunnelLimits limits) {
        DataSize bandwidth = limits.bandwidth();
        if (bandwidth == null) {
            return RateLimits.NONE;
        }
        if (rates.size() > MOST_RATES && !rates.containsKey(bandwidth)) {
            rates.clear(); // nobody is paced by those that were replaced
        }
        return rates.computeIfAbsent(bandwidth, size -> RateLimits.each(size.bytes()));
    }

    /** The rate of one direction, whatever it is at the moment. */
    private final class CurrentRate implements Rate {

        private final Supplier<TunnelLimits> limits;
        private final Function<RateLimits, @Nullable Rate> direction;

        CurrentRate(Supplier<TunnelLimits> limits, Function<RateLimits, @Nullable Rate> direction) {
            this.limits = limits;
            this.direction = direction;
        }

        @Override
        public long take(int bytes) {
            Rate now = direction.apply(rates(limits.get()));
            return now == null ? 0 : now.take(bytes);
        }

        @Override
        public boolean offer(int bytes) {
            Rate now = direction.apply(rates(limits.get()));
            return now == null || now.offer(bytes);
        }

        @Override
        public boolean isFree() {
            Rate now = direction.apply(rates(limits.get()));
            return now == null || now.isFree();
        }
    }

    private void enterSource(String tunnel, @Nullable Integer most, Object source) {
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
}
