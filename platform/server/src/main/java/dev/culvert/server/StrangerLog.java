package dev.culvert.server;

import dev.culvert.engine.telemetry.Printable;
import dev.culvert.spi.CulvertException;
import io.netty.util.NetUtil;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines about those who were not let in, on a logger of their own that fail2ban can read. So many a second, in all and of
 * one source, and then a number: a flood of strangers is no flood of lines. Thread-safe.
 */
final class StrangerLog {

    /** The logger's name. */
    static final String NAME = "culvert.strangers";

    static final int LINES_PER_SOURCE = 5;
    static final int LINES = 50;

    private static final Logger log = LoggerFactory.getLogger(NAME);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoClock;
    private final LongAdder suppressed = new LongAdder();
    private final Map<Object, Integer> ofSource = new HashMap<>();
    private long windowStart;
    private int lines;
    private int untold;

    StrangerLog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        windowStart = nanoClock.getAsLong();
    }

    void refused(SocketAddress peer, String listener, CulvertException cause) {
        if (admit(peer)) {
            // What the client was told is general; what this operator has to know may be its cause.
            String known = cause.getCause() instanceof CulvertException own ? " [" + own.getMessage() + "]" : "";
            log.warn(
                    "client refused peer={} listen={} {}",
                    Source.text(peer),
                    listener,
                    Printable.of(cause.getMessage() + known));
        }
    }

    /** Never suppressed: a source is banned once. */
    void banned(SocketAddress peer, Duration time, int failures) {
        var address = Source.address(peer);
        log.warn(
                "source banned source={} seconds={} failures={}",
                address == null ? peer : NetUtil.toAddressString(address),
                time.toSeconds(),
                failures);
    }

    long suppressed() {
        return suppressed.sum();
    }

    private synchronized boolean admit(SocketAddress peer) {
        long now = nanoClock.getAsLong();
        if (now - windowStart >= WINDOW_NANOS) {
            windowStart = now;
            lines = 0;
            ofSource.clear();
            if (untold > 0) {
                log.warn("{} lines about strangers were suppressed", untold);
                untold = 0;
            }
        }
        if (lines >= LINES || ofSource.merge(Source.of(peer), 1, Integer::sum) > LINES_PER_SOURCE) {
            untold++;
            suppressed.increment();
            return false;
        }
        lines++;
        return true;
    }
}
