package dev.culvert.engine.telemetry;

import dev.culvert.engine.bridge.Bridge;
import dev.culvert.engine.bridge.BridgeEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What has gone through a tunnel, a session or a listener, streams that are still open included. What belongs to several of them
 * is counted in each by one call. Thread-safe.
 */
public final class Traffic {

    /** How often each end looks whether something moves. */
    public static final Duration LOOKED_AT = Duration.ofSeconds(5);

    private final Instant created = Instant.now();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder carried = new LongAdder();
    private final Set<Flow> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Instant lastActive;

    /** A visitor got nothing. */
    public void refused() {
        requests.increment();
        errors.increment();
        lastActive = Instant.now();
    }

    /**
     * A stream begins; {@link Flow#closed} ends it.
     *
     * @param counted where it counts
     */
    public static Flow open(Traffic... counted) {
        Flow flow = new Flow(counted);
        for (Traffic traffic : counted) {
            traffic.requests.increment();
            traffic.lastActive = Instant.now();
            traffic.open.add(flow);
        }
        return flow;
    }

    /**
     * A stream of many requests carries one of them: it is in use until {@link #rests}.
     *
     * @param counted where it counts
     */
    public static void carries(Traffic... counted) {
        for (Traffic traffic : counted) {
            traffic.carried.increment();
            traffic.lastActive = Instant.now();
        }
    }

    /**
     * A stream of many requests carries the one of {@link #carries} no more.
     *
     * @param counted the same
     */
    public static void rests(Traffic... counted) {
        for (Traffic traffic : counted) {
            traffic.carried.decrement();
        }
    }

    /** A request has ended that no bridge has carried. */
    public void requestEnded(long in, long out, boolean failed) {
        requests.increment();
        bytesIn.add(in);
        bytesOut.add(out);
        if (failed) {
            errors.increment();
        }
        lastActive = Instant.now();
    }

    /**
     * Ends the streams in which nothing seems to be on its way: the service has spoken, and since then there has been
     * silence. What a service still says is delivered. To be called again and again by one thread, which is how it knows.
     *
     * @param quiet how long the silence has to be
     */
    public void endAnswered(Duration quiet) {
        for (Flow flow : open) {
            Bridge bridge = flow.bridge;
            if (bridge != null && flow.isAnsweredFor(quiet.toNanos())) {
                bridge.finish();
            }
        }
    }

    /**
     * What it comes to now. Asking for it is also how it is noticed that bytes move in a stream which is open: what is asked
     * every {@link #LOOKED_AT} knows as exactly when something happened last.
     */
    public TrafficStatus status() {
        Instant active = lastActive;
        long in = bytesIn.sum();
        long out = bytesOut.sum();
        int streams = (int) Math.max(0, carried.sum());
        for (Flow flow : open) {
            Bridge bridge = flow.bridge;
            streams++;
            in += bridge == null ? 0 : bridge.bytesAtoB();
            out += bridge == null ? 0 : bridge.bytesBtoA();
            Instant moved = flow.moved();
            active = active == null || (moved != null && moved.isAfter(active)) ? moved : active;
        }
        return new TrafficStatus(created, active, in, out, streams, requests.sum(), errors.sum());
    }

    /** One stream: its first channel is the visitor's side. */
    public static final class Flow {

        private final Traffic[] counted;
        private volatile @Nullable Bridge bridge;
        private volatile long seen;
        private volatile @Nullable Instant moved;
        private long in;
        private long out;
        private long quietSince = System.nanoTime();
        private boolean answered;

        private Flow(Traffic... counted) {
            this.counted = counted;
        }

        /** It goes through this one. */
        public void through(Bridge joined) {
            bridge = joined;
        }

        // When it was found that something had moved since it was looked at before; null if that was never so.
        private @Nullable Instant moved() {
            Bridge joined = bridge;
            if (joined != null) {
                long now = joined.bytesAtoB() + joined.bytesBtoA();
                if (now != seen) {
                    seen = now;
                    moved = Instant.now();
                }
            }
            return moved;
        }

        // Used by one thread at a time.
        private boolean isAnsweredFor(long nanos) {
            Bridge joined = bridge;
            if (joined == null) {
                return false;
            }
            long nowIn = joined.bytesAtoB();
            long nowOut = joined.bytesBtoA();
            if (nowIn != in || nowOut != out) {
                answered = nowOut != out;
                in = nowIn;
                out = nowOut;
                quietSince = System.nanoTime();
            }
            return answered && System.nanoTime() - quietSince > nanos;
        }

        /** It has ended. */
        public void closed(BridgeEnd end) {
            for (Traffic traffic : counted) {
                traffic.closed(this, end);
            }
        }
    }

    private void closed(Flow flow, BridgeEnd end) {
        if (open.remove(flow)) {
            bytesIn.add(end.bytesAtoB());
            bytesOut.add(end.bytesBtoA());
            if (end.cause() != null) {
                errors.increment();
            }
            lastActive = Instant.now();
        }
    }
}
