package dev.culvert.server;

import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connections that have not logged in, in all and by source, so that strangers cost a bounded amount. */
final class PendingLogins {

    private final int most;
    private final int mostPerSource;
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentHashMap<Object, Integer> bySource = new ConcurrentHashMap<>();

    PendingLogins(int most, int mostPerSource) {
        this.most = most;
        this.mostPerSource = mostPerSource;
    }

    /** Counts one more, unless a limit is reached. */
    boolean enter(SocketAddress source) {
        if (all.incrementAndGet() > most) {
            all.decrementAndGet();
            return false;
        }
        int ofSource = bySource.merge(Source.of(source), 1, Integer::sum);
        if (ofSource > mostPerSource) {
            leave(source);
            return false;
        }
        return true;
    }

    /** Counts one less: it has logged in, or is gone. */
    void leave(SocketAddress source) {
        all.decrementAndGet();
        bySource.computeIfPresent(Source.of(source), (key, count) -> count == 1 ? null : count - 1);
    }

    int count() {
        return all.get();
    }
}
