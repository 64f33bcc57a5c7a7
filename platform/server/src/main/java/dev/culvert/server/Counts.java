package dev.culvert.server;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/** Counters by labels, for a metric that is asked for rather than told. Thread-safe. */
final class Counts {

    private final Map<List<String>, LongAdder> counts = new ConcurrentHashMap<>();

    /** Adds one. */
    void add(String... labels) {
        add(1, labels);
    }

    /** Adds so many. */
    void add(long amount, String... labels) {
        counts.computeIfAbsent(List.of(labels), key -> new LongAdder()).add(amount);
    }

    void forEach(BiConsumer<String[], Long> each) {
        counts.forEach((labels, count) -> each.accept(labels.toArray(String[]::new), count.sum()));
    }
}
