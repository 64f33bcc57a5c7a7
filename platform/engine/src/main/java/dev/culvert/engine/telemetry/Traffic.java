package dev.culvert.engine.telemetry;

import dev.culvert.engine.bridge.Bridge;
import dev.culvert.engine.bridge.BridgeEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What has gone through a tunnel or a session, streams that are still open included. Thread-safe. */
public final class Traffic {

    private final Instant created = Instant.now();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final Set<Flow> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong seenBytes = new AtomicLong();
    private volatile @Nullable Instant lastActive;

    /** A visitor got nothing. */
    public void refused() {
        requests.increment();
        errors.increment();
        lastActive = Instant.now();
    }

    /** A stream begins; {@link Flow#closed} ends it. */
    public Flow open() {
        requests.increment();
        lastActive = Instant.now();
        Flow flow = new Flow();
        open.add(flow);
        return flow;
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

    /** What it comes to now. */
    public TrafficStatus status() {
        long in = bytesIn.sum();
        long out = bytesOut.sum();
        int streams = 0;
        for (Flow flow : open) {
            Bridge bridge = flow.bridge;
            streams++;
            in += bridge == null ? 0 : bridge.bytesAtoB();
            out += bridge == null ? 0 : bridge.bytesBtoA();
        }
        if (seenBytes.getAndSet(in + out) < in + out) {
            lastActive = Instant.now();
        }
        return new TrafficStatus(created, lastActive, in, out, streams, requests.sum(), errors.sum());
    }

    /** One stream: its first channel is the visitor's side. */
    public final class Flow {

        private volatile @Nullable Bridge bridge;
        private long in;
        private long out;
        private long quietSince = System.nanoTime();
        private boolean answered;

        private Flow() {}

        /** It goes through this one. */
        public void through(Bridge joined) {
            bridge = joined;
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
            if (open.remove(this)) {
                bytesIn.add(end.bytesAtoB());
                bytesOut.add(end.bytesBtoA());
                if (end.cause() != null) {
                    errors.increment();
                }
                lastActive = Instant.now();
            }
        }
    }
}
