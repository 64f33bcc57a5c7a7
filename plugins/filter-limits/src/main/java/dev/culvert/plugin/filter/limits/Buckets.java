package dev.culvert.plugin.filter.limits;

import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Who may come again when: the generic cell rate algorithm (ITU-T I.371), for each key the moment at which it would be as
 * good as new. A table of bounded size; keys that find no place share one entry, so that many keys gain nobody more.
 * Thread-safe.
 */
final class Buckets {

    /** How many entries are looked at to find room for another. */
    private static final int SEARCH = 8;

    private final long interval;
    private final long tolerance;
    private final int most;
    private final LongSupplier clock;
    private final ConcurrentHashMap<Object, AtomicLong> ends = new ConcurrentHashMap<>();
    private final AtomicLong others;
    private Iterator<AtomicLong> hand = Collections.emptyIterator();

    /**
     * Makes a table.
     *
     * @param interval nanoseconds from one to the next
     * @param burst how many may come at once
     * @param most how many keys are told apart
     * @param clock nanoseconds
     */
    Buckets(long interval, int burst, int most, LongSupplier clock) {
        this.interval = interval;
        this.tolerance = saturatedProduct(interval, burst - 1L);
        this.most = most;
        this.clock = clock;
        this.others = new AtomicLong(clock.getAsLong());
    }

    /**
     * Counts one more of a key.
     *
     * @return 0 if it may come, else nanoseconds until the next may
     */
    long take(Object key) {
        long now = clock.getAsLong();
        AtomicLong end = entry(key, now);
        while (true) {
            long before = end.get();
            long start = before - now > 0 ? before : now;
            long wait = start - now - tolerance;
            if (wait > 0) {
                return wait;
            }
            if (end.compareAndSet(before, start + interval)) {
                return 0;
            }
        }
    }

    /** How many keys are told apart now. */
    int size() {
        return ends.size();
    }

    private AtomicLong entry(Object key, long now) {
        AtomicLong known = ends.get(key);
        if (known != null) {
            return known;
        }
        if (ends.size() >= most && !makeRoom(now)) {
            return others;
        }
        return ends.computeIfAbsent(key, fresh -> new AtomicLong(now));
    }

    // One that is as good as new need not be remembered. A look at all of them for each new key would be too long, so
    // each goes on where the last one stopped.
    private synchronized boolean makeRoom(long now) {
        boolean room = false;
        for (int i = 0; i < SEARCH; i++) {
            if (!hand.hasNext()) {
                hand = ends.values().iterator();
            }
            if (hand.hasNext() && hand.next().get() - now <= 0) {
                hand.remove();
                room = true;
            }
        }
        return room;
    }

    private static long saturatedProduct(long a, long b) {
        return b != 0 && a > Long.MAX_VALUE / 4 / b ? Long.MAX_VALUE / 4 : a * b;
    }
}
