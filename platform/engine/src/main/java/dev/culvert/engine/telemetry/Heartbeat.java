package dev.culvert.engine.telemetry;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks the other end of a session for signs of life, to know how long they take. Ending the silent is others' work. */
public final class Heartbeat {

    /** How often it asks. */
    public static final Duration INTERVAL = Duration.ofSeconds(15);

    // A session that has just begun has other things to say.
    private static final long FIRST_MILLIS = 1_000;

    private final Supplier<Future<Duration>> ping;
    private volatile @Nullable Instant last;
    private volatile @Nullable Duration roundTrip;

    private Heartbeat(Supplier<Future<Duration>> ping) {
        this.ping = ping;
    }

    /**
     * Begins, about a second from now.
     *
     * @param ping of the session
     * @param ended when the session has ended
     * @param scheduler where it waits
     */
    public static Heartbeat start(
            Supplier<Future<Duration>> ping, Future<Void> ended, ScheduledExecutorService scheduler) {
        Heartbeat heartbeat = new Heartbeat(ping);
        ScheduledFuture<?> timer = scheduler.scheduleWithFixedDelay(
                heartbeat::ask, FIRST_MILLIS, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        ended.addListener(gone -> timer.cancel(false));
        return heartbeat;
    }

    /** When the last answer came; null before the first. */
    public @Nullable Instant last() {
        return last;
    }

    /** How long the last answer took, in milliseconds; null before the first. */
    public @Nullable Double roundTripMillis() {
        Duration took = roundTrip;
        return took == null ? null : took.toNanos() / 1_000 / 1e3;
    }

    private void ask() {
        ping.get().addListener((Future<Duration> pong) -> {
            if (pong.isSuccess()) {
                roundTrip = pong.getNow();
                last = Instant.now();
            }
        });
    }
}
