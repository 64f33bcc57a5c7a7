package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.protocol.DatagramCount;
import dev.culvert.spi.protocol.DatagramLoss;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/** Counts datagrams, and tells now and then. Used by one thread at a time. */
final class Tally {

    private final Consumer<DatagramCount> told;
    private final Map<DatagramLoss, Long> lost = new EnumMap<>(DatagramLoss.class);
    private long in;
    private long out;
    private long evicted;

    Tally(Consumer<DatagramCount> told) {
        this.told = told;
    }

    void in() {
        in++;
    }

    void out() {
        out++;
    }

    /** A flow has made room for another. */
    void evicted() {
        evicted++;
    }

    void lost(DatagramLoss reason) {
        lost(reason, 1);
    }

    void lost(DatagramLoss reason, long datagrams) {
        if (datagrams > 0) {
            lost.merge(reason, datagrams, Long::sum);
        }
    }

    /** Tells what has come together since the last time. */
    void tell() {
        if (in > 0 || out > 0 || evicted > 0 || !lost.isEmpty()) {
            told.accept(new DatagramCount(in, out, lost, evicted));
            in = 0;
            out = 0;
            evicted = 0;
            lost.clear();
        }
    }
}
