package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.TunnelHandle;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one tunnel that wait for its client, in the order in which they came. What is held of each is its head and
 * what one read brought of its body; the rest stays where it is. Thread-safe.
 */
final class Holding {

    /** A client may look as if it were there and not be: this is how often all who wait try again. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final TunnelHandle tunnel;
    private final Set<String> methods;
    private final Duration maxAge;
    private final long maxBytes;
    private final int maxRequests;
    private final HoldRoom room;
    private final AtomicBoolean watching = new AtomicBoolean();
    private volatile long releasedAt = System.nanoTime() - PAUSE_NANOS;

    // Below: by this object's lock. With how much is held of each.
    private final Map<Exchange, Integer> waiting = new LinkedHashMap<>();
    private long bytes;
    private @Nullable Refusal closed;

    Holding(TunnelHandle tunnel, HoldTerms terms, Limits limits, HoldRoom room) {
        this.tunnel = tunnel;
        this.methods = Set.copyOf(terms.methods());
        this.maxAge =
                Duration.ofMillis(Math.min(terms.maxAgeMs(), limits.maxHoldAge().toMillis()));
        this.maxBytes = terms.maxBytes();
        this.maxRequests = terms.maxRequests();
        this.room = room;
    }

    Duration maxAge() {
        return maxAge;
    }

    /**
     * Whether a request waits after this.
     *
     * @param cause why it got no stream
     * @param waited whether it has waited before: a client that comes back makes one session after another
     */
    boolean takes(HttpMethod method, Throwable cause, boolean waited) {
        if (!methods.contains(method.name()) || !(cause instanceof CulvertException known)) {
            return false;
        }
        ErrorCode code = known.code();
        boolean sessionEnds = code instanceof WireError && !code.equals(WireError.TOO_MANY_STREAMS);
        return sessionEnds || code.equals(TunnelError.NO_CLIENT) || waited && code.equals(TunnelError.NOT_BY_LISTENER);
    }

    /**
     * One more waits; it is told once when it may try again or what it is refused with, unless it {@linkplain #leave leaves}.
     *
     * @param size how much is held of it
     * @param loop where the next try may be waited for
     * @return why it may not; null if it may
     */
    @Nullable
    Refusal enter(Exchange request, int size, EventLoop loop) {
        synchronized (this) {
            if (closed != null) {
                return closed;
            }
            if (waiting.size() >= maxRequests || bytes + size > maxBytes || !room.take(size)) {
                return full();
            }
            waiting.put(request, size);
            bytes += size;
        }
        watch(loop);
        return null;
    }

    /** More of one that waits has been read; false if that is too much. */
    synchronized boolean grow(Exchange request, int more) {
        Integer size = waiting.get(request);
        if (size == null) {
            return true; // it goes on in this moment
        }
        if (bytes + more > maxBytes || !room.grow(more)) {
            return false;
        }
        waiting.put(request, size + more);
        bytes += more;
        return true;
    }

    /** What a request gets that there is no room for. */
    Refusal full() {
        return refusal(HttpError.HOLD_FULL, "as many requests are held as may be.");
    }

    /** One waits no more. */
    synchronized void leave(Exchange request) {
        Integer size = waiting.remove(request);
        if (size != null) {
            bytes -= size;
            room.give(size);
        }
    }

    /** What a request gets that has waited for long enough. */
    Refusal expired() {
        return refusal(HttpError.HOLD_EXPIRED, "its client did not come back within " + maxAge.toMillis() + " ms.");
    }

    /** Nobody waits any more: the tunnel is gone. */
    void close() {
        Refusal gone = refusal(TunnelError.CLOSED, "it was closed.");
        synchronized (this) {
            closed = gone;
        }
        takeAll().forEach(request -> request.refused(gone));
    }

    // One watch serves all: requests come and go without one.
    private void watch(EventLoop loop) {
        if (watching.compareAndSet(false, true)) {
            long pause = releasedAt + PAUSE_NANOS - System.nanoTime();
            if (pause > 0) {
                loop.schedule(this::awaitClient, pause, TimeUnit.NANOSECONDS);
            } else {
                awaitClient();
            }
        }
    }

    private void awaitClient() {
        tunnel.available().whenComplete((there, failure) -> {
            releasedAt = System.nanoTime();
            watching.set(false);
            takeAll().forEach(Exchange::tryAgain);
        });
    }

    private synchronized List<Exchange> takeAll() {
        List<Exchange> all = new ArrayList<>(waiting.keySet());
        all.forEach(this::leave);
        return all;
    }

    private Refusal refusal(ErrorCode code, String detail) {
        return Refusal.of(HttpResponseStatus.SERVICE_UNAVAILABLE, code, "tunnel \"" + tunnel.name() + "\": " + detail);
    }
}
