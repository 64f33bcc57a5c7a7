package dev.culvert.plugin.protocol.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One deadline that moves often: moving it costs a look at the clock, and a timer only when the one that runs would ring
 * too late. Lives on one loop.
 */
final class Deadline {

    private final EventExecutor loop;
    private final Runnable action;
    private @Nullable ScheduledFuture<?> timer;
    private long rings;
    private long due;
    private boolean set;

    Deadline(EventExecutor loop, Runnable action) {
        this.loop = loop;
        this.action = action;
    }

    /** Runs the action when this time has passed, unless it is set anew or cleared before. */
    void set(Duration time) {
        set = true;
        due = System.nanoTime() + time.toNanos();
        if (timer == null || rings - due > 0) {
            schedule(time.toNanos());
        }
    }

    void clear() {
        set = false;
    }

    /** For good. */
    void cancel() {
        set = false;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void schedule(long nanos) {
        if (timer != null) {
            timer.cancel(false);
        }
        rings = System.nanoTime() + nanos;
        timer = loop.schedule(this::ring, nanos, TimeUnit.NANOSECONDS);
    }

    private void ring() {
        timer = null;
        if (!set) {
            return;
        }
        long left = due - System.nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            set = false;
            action.run();
        }
    }
}
