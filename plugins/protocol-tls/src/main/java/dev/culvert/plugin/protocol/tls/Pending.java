package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.SourceCounts;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts visitors that have no service yet, in all and by source, so that strangers cost a bounded amount. Thread-safe. */
final class Pending {

    private final int most;
    private final AtomicInteger all = new AtomicInteger();
    private final SourceCounts bySource;

    Pending(int most, int mostPerSource) {
        this.most = most;
        this.bySource = new SourceCounts(mostPerSource);
    }

    /** Counts one more, unless a limit is reached. To be given back by {@link #leave}. */
    boolean enter(@Nullable InetSocketAddress source) {
        if (all.incrementAndGet() > most) {
            all.decrementAndGet();
            return false;
        }
        if (!bySource.enter(source)) {
            all.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Counts one less. */
    void leave(@Nullable InetSocketAddress source) {
        all.decrementAndGet();
        bySource.leave(source);
    }
}
