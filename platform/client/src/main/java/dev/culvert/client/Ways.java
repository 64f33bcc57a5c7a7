package dev.culvert.client;

import dev.culvert.spi.CulvertException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ways of the file and what has become of each: which is tried first, and why another is not in use. Thread-safe.
 *
 * <p>The one that worked comes first until its time is up, also after it has failed: in an outage all fail, and when it
 * is over the one that works here should not have to wait for the ones that do not.
 */
final class Ways {

    private final List<Way> listed;
    private final long memoryNanos;
    private final Map<Way, TransportStatus.Rejected> rejected = new IdentityHashMap<>();
    private @Nullable Way working;
    private String why = "";
    private @Nullable Instant since;
    private long foundNanos;

    /**
     * Makes a memory in which nothing is known yet.
     *
     * @param listed in the order of the file
     * @param memory how long the one that worked is tried first
     */
    Ways(List<Way> listed, Duration memory) {
        this.listed = List.copyOf(listed);
        this.memoryNanos = memory.toNanos();
    }

    List<Way> listed() {
        return listed;
    }

    /** All of them, in the order to try them in now. */
    synchronized List<Way> order() {
        Way first = remembered();
        if (first == null) {
            return listed;
        }
        List<Way> order = new ArrayList<>(listed);
        order.remove(first);
        order.add(0, first);
        return order;
    }

    /** A login went through. */
    synchronized TransportStatus succeeded(Way way) {
        rejected.remove(way);
        if (way != remembered()) {
            foundNanos = System.nanoTime();
            why = reasonFor(way);
            since = Instant.now();
            working = way;
        }
        return status();
    }

    /** No login went through. */
    synchronized void failed(Way way, CulvertException cause) {
        String reason = cause.reason();
        rejected.put(way, new TransportStatus.Rejected(way.name(), way.server().toString(), Instant.now(), reason));
    }

    synchronized TransportStatus status() {
        Way chosen = working;
        return new TransportStatus(
                chosen == null ? "" : chosen.name(),
                chosen == null ? "" : chosen.server().toString(),
                why,
                since,
                listed.size(),
                listed.stream().filter(rejected::containsKey).map(rejected::get).toList());
    }

    private @Nullable Way remembered() {
        return System.nanoTime() - foundNanos < memoryNanos ? working : null;
    }

    private String reasonFor(Way way) {
        if (listed.size() == 1) {
            return "the only one listed";
        }
        int before = listed.indexOf(way);
        if (before == 0) {
            return "the first one listed";
        }
        boolean allFailed = listed.subList(0, before).stream().allMatch(rejected::containsKey);
        return allFailed ? "those listed before it were rejected" : "the one that worked before was rejected";
    }
}
