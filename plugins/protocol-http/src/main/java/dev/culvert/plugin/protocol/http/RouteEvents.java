package dev.culvert.plugin.protocol.http;

import java.util.concurrent.atomic.LongAdder;

/** Counts what becomes of a tunnel's requests. Thread-safe. */
final class RouteEvents {

    private final LongAdder sentTwice = new LongAdder();
    private final LongAdder aborted = new LongAdder();
    private final LongAdder left = new LongAdder();

    void sentTwice() {
        sentTwice.increment();
    }

    void aborted() {
        aborted.increment();
    }

    void visitorLeft() {
        left.increment();
    }

    long timesSentTwice() {
        return sentTwice.sum();
    }
}
