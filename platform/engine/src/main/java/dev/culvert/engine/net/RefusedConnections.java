package dev.culvert.engine.net;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts connections that were refused as soon as they came, and says so now and then. Thread-safe. */
final class RefusedConnections {

    private static final Logger log = LoggerFactory.getLogger("dev.culvert.net");
    private static final long SAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Map<String, Count> byCode = new TreeMap<>();

    /** Makes one that knows of any process's limit from the start, so that whoever watches it sees zero before one. */
    RefusedConnections() {
        byCode.put(WireError.TOO_MANY_CONNECTIONS.code(), new Count());
    }

    private static final class Count {
        private long all;
        private long saidNanos = System.nanoTime() - SAY_NANOS - 1;
    }

    /**
     * One more.
     *
     * @param where at which listener
     * @param cause why
     */
    synchronized void add(Object where, CulvertException cause) {
        Count count = byCode.computeIfAbsent(cause.code().code(), code -> new Count());
        count.all++;
        long now = System.nanoTime();
        if (now - count.saidNanos > SAY_NANOS) {
            log.warn("{} refuses connections, {} so far: {}", where, count.all, cause.getMessage());
            count.saidNanos = now;
        }
    }

    /** How many, by code. */
    synchronized Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        byCode.forEach((code, count) -> counts.put(code, count.all));
        return counts;
    }
}
