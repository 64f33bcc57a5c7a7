package dev.culvert.plugin.yamux;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens streams, so many at a time as a peer takes without having acknowledged them. The others wait for their turn,
 * not longer than the deadline.
 */
final class StreamOpener {

    /** Makes the stream once it may be opened. */
    interface Session {

        /** Why no stream can be opened; null if one can. */
        @Nullable
        CulvertException refusal(int waiting);

        /** Opens a stream. */
        YamuxStream open();
    }

    private final Session session;
    private final EventLoop loop;
    private final int backlog;
    private final Duration timeout;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int unacknowledged;

    StreamOpener(Session session, EventLoop loop, int backlog, Duration timeout) {
        this.session = session;
        this.loop = loop;
        this.backlog = backlog;
        this.timeout = timeout;
    }

    void open(Promise<DuplexChannel> promise) {
        CulvertException refusal = session.refusal(waiting.size());
        if (refusal != null) {
            promise.tryFailure(refusal);
        } else if (unacknowledged < backlog) {
            start(promise);
        } else {
            Future<?> deadline = loop.schedule(() -> expire(promise), timeout.toNanos(), TimeUnit.NANOSECONDS);
            waiting.add(new Waiting(promise, deadline));
        }
    }

    /** The peer has answered an open in one way or another. */
    void acknowledged() {
        unacknowledged--;
        while (unacknowledged < backlog && !waiting.isEmpty()) {
            Waiting next = waiting.remove();
            next.deadline().cancel(false);
            CulvertException refusal = session.refusal(0);
            if (refusal != null) {
                next.promise().tryFailure(refusal);
            } else {
                start(next.promise());
            }
        }
    }

    /** Nothing more will be opened. */
    void refuseAll(CulvertException reason) {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            next.deadline().cancel(false);
            next.promise().tryFailure(reason);
        }
    }

    boolean isAnythingUnacknowledged() {
        return unacknowledged > 0;
    }

    private void start(Promise<DuplexChannel> promise) {
        if (promise.setUncancellable()) {
            unacknowledged++;
            promise.trySuccess(session.open());
        }
    }

    private void expire(Promise<DuplexChannel> promise) {
        waiting.removeIf(stream -> stream.promise().equals(promise));
        promise.tryFailure(new CulvertException(
                WireError.OPEN_TIMEOUT,
                "yamux: " + unacknowledged + " streams await the peer's acknowledgement, and none came for "
                        + timeout.toMillis() + " ms."));
    }

    private record Waiting(Promise<DuplexChannel> promise, Future<?> deadline) {}
}
