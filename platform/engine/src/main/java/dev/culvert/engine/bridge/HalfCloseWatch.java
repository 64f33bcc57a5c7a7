package dev.culvert.engine.bridge;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ServiceError;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a bridge when one direction has ended and nothing has moved for too long: a peer that vanished, or that never
 * reads, is otherwise not noticed on a half-closed connection.
 */
final class HalfCloseWatch implements Runnable {

    // Progress is looked at this often within the timeout: it fires at most that part of it late.
    private static final int TICKS = 4;

    private final Bridge bridge;
    private final EventLoop loop;
    private final long timeoutNanos;
    private long last;
    private int silentTicks;
    private volatile @Nullable Future<?> next;
    private volatile boolean stopped;

    HalfCloseWatch(Bridge bridge, EventLoop loop, long timeoutNanos) {
        this.bridge = bridge;
        this.loop = loop;
        this.timeoutNanos = timeoutNanos;
        this.last = bridge.progress();
    }

    void start() {
        next = loop.schedule(this, Math.max(1, timeoutNanos / TICKS), TimeUnit.NANOSECONDS);
        if (stopped) {
            stop(); // from another loop, before there was anything to cancel
        }
    }

    void stop() {
        stopped = true;
        Future<?> scheduled = next;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }

    @Override
    public void run() {
        long now = bridge.progress();
        silentTicks = now == last ? silentTicks + 1 : 0;
        last = now;
        if (silentTicks >= TICKS) {
            bridge.abort(new CulvertException(
                    ServiceError.HALF_CLOSE_TIMEOUT,
                    "One side had ended and nothing moved for " + Duration.ofNanos(timeoutNanos) + "."));
        } else if (!stopped) {
            start();
        }
    }
}
