package dev.culvert.plugin.yamux;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams that this end has closed and the peer has not. Data for one of these is answered by a reset, as TCP does;
 * one of which nothing is heard is given up after a while.
 */
final class LingeringStreams {

    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final EventLoop loop;
    private final int max;
    private final Consumer<Lingering> givenUp;
    private final Map<Integer, Lingering> streams = new LinkedHashMap<>();
    private @Nullable Future<?> sweep;

    LingeringStreams(EventLoop loop, int max, Consumer<Lingering> givenUp) {
        this.loop = loop;
        this.max = max;
        this.givenUp = givenUp;
    }

    void add(int id, boolean awaitsAck) {
        streams.put(id, new Lingering(id, awaitsAck, loop.ticker().nanoTime() + LINGER_NANOS));
        if (streams.size() > max) {
            giveUpEldest();
        }
        if (sweep == null) {
            sweep = loop.schedule(this::sweep, LINGER_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    @Nullable
    Lingering get(int id) {
        return streams.get(id);
    }

    /** Takes one out of the list. */
    @Nullable
    Lingering remove(int id) {
        return streams.remove(id);
    }

    /** The peer has acknowledged it. */
    void acknowledge(Lingering stream) {
        streams.replace(stream.id(), new Lingering(stream.id(), false, stream.deadline()));
    }

    void clear() {
        streams.clear();
        if (sweep != null) {
            sweep.cancel(false);
        }
    }

    int size() {
        return streams.size();
    }

    private void sweep() {
        sweep = null;
        long now = loop.ticker().nanoTime();
        // In the order of their deadlines: what is not due ends the search.
        while (!streams.isEmpty()) {
            long wait = streams.values().iterator().next().deadline() - now;
            if (wait > 0) {
                sweep = loop.schedule(this::sweep, wait, TimeUnit.NANOSECONDS);
                return;
            }
            giveUpEldest();
        }
    }

    private void giveUpEldest() {
        var eldest = streams.values().iterator();
        Lingering stream = eldest.next();
        eldest.remove();
        givenUp.accept(stream);
    }

    /**
     * One of them.
     *
     * @param id its id
     * @param awaitsAck whether it was opened here and the peer has not acknowledged it
     * @param deadline when it is given up, by the loop's clock
     */
    record Lingering(int id, boolean awaitsAck, long deadline) {}
}
