package dev.culvert.plugin.yamux;

import static dev.culvert.plugin.yamux.YamuxHeader.FLAG_SYN;
import static dev.culvert.plugin.yamux.YamuxHeader.TYPE_PING;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.channel.EventLoop;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices a silent peer, and measures the round trip. Any byte is a sign of life: an answer that is stuck behind a slow
 * transfer must not end the session.
 */
final class Heartbeat {

    /** A task that comes this late shows that this process was stopped, not that the peer was silent. */
    private static final long STOPPED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** After this part of the time that an answer may take, nobody new is made to wait for it. */
    private static final double DOUBTFUL = 0.4;

    private static final long ROUND_TRIP_STALE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final EventLoop loop;
    private final Ticker ticker;
    private final FrameWriter writer;
    private final BooleanSupplier busy;
    private final Consumer<CulvertException> doubtful;
    private final Consumer<CulvertException> dead;
    private final long pingInterval;
    private final long busyPingInterval;
    private final long pingTimeout;
    private final long doubtAfter;
    private final IntObjectMap<Ping> pings = new IntObjectHashMap<>(4);

    private int nextPing;
    private long lastBytes;
    private long askedAt;
    private boolean asked;
    private volatile @Nullable CulvertException doubt; // read from any thread
    private long roundTrip;
    private long roundTripAt;
    private long dueAt;
    private @Nullable Future<?> due;
    private boolean stopped;

    Heartbeat(
            YamuxSettings settings,
            EventLoop loop,
            FrameWriter writer,
            BooleanSupplier busy,
            Consumer<CulvertException> doubtful,
            Consumer<CulvertException> dead) {
        this.loop = loop;
        this.ticker = loop.ticker();
        this.writer = writer;
        this.busy = busy;
        this.doubtful = doubtful;
        this.dead = dead;
        this.pingInterval = settings.pingInterval().toNanos();
        this.busyPingInterval = Math.min(settings.busyPingInterval().toNanos(), pingInterval);
        this.pingTimeout = settings.pingTimeout().toNanos();
        this.doubtAfter = (long) (pingTimeout * DOUBTFUL);
    }

    void start() {
        lastBytes = ticker.nanoTime();
        schedule(lastBytes);
    }

    /** Bytes have arrived, whichever they are. */
    void onBytes() {
        lastBytes = ticker.nanoTime();
        asked = false;
        if (doubt != null) { // a volatile write for each read of the connection would not be free
            doubt = null;
        }
    }

    /** Why no stream should be opened now: the peer has not answered for a while. Null if it has. */
    @Nullable
    CulvertException doubt() {
        return doubt;
    }

    /** A stream was opened: silence is noticed sooner from now on. */
    void onBusy() {
        long now = ticker.nanoTime();
        if (due != null && dueAt - now > busyPingInterval) {
            due.cancel(false);
            schedule(now);
        }
    }

    /** The latest round trip, in nanoseconds; 0 if none was measured yet. Asking keeps it fresh. */
    long roundTrip() {
        long now = ticker.nanoTime();
        if (pings.isEmpty() && (roundTrip == 0 || now - roundTripAt > ROUND_TRIP_STALE_NANOS)) {
            send(null);
        }
        return roundTrip;
    }

    Future<Duration> ping(Promise<Duration> promise) {
        send(promise);
        return promise;
    }

    void onPong(int value) {
        Ping ping = pings.remove(value);
        if (ping != null) {
            long now = ticker.nanoTime();
            roundTrip = now - ping.sentAt();
            roundTripAt = now;
            if (ping.promise() != null) {
                ping.promise().trySuccess(Duration.ofNanos(roundTrip));
            }
        }
    }

    void stop(CulvertException reason) {
        stopped = true;
        if (due != null) {
            due.cancel(false);
        }
        for (Ping ping : new ArrayList<>(pings.values())) {
            if (ping.promise() != null) {
                ping.promise().tryFailure(reason);
            }
        }
        pings.clear();
    }

    private void send(@Nullable Promise<Duration> promise) {
        int value = nextPing++;
        pings.put(value, new Ping(promise, ticker.nanoTime()));
        writer.control(TYPE_PING, FLAG_SYN, 0, value);
    }

    private void schedule(long now) {
        if (asked) {
            // The next one may be due before this one is in doubt, if it has been answered by then.
            dueAt = Math.min(askedAt + (doubt == null ? doubtAfter : pingTimeout), now + interval());
        } else {
            dueAt = lastBytes + interval();
        }
        due = loop.schedule(this::check, Math.max(dueAt - now, 0), TimeUnit.NANOSECONDS);
    }

    private void check() {
        if (stopped) {
            return;
        }
        long now = ticker.nanoTime();
        if (now - dueAt > STOPPED_NANOS) {
            // What arrived meanwhile has not been read yet. Ask anew.
            asked = false;
            doubt = null;
            lastBytes = now;
        } else if (asked && now - askedAt >= pingTimeout) {
            dead.accept(silence(now));
            return;
        } else if (asked && doubt == null && now - askedAt >= doubtAfter) {
            CulvertException silence = silence(now);
            doubt = silence;
            doubtful.accept(silence);
        } else if (!asked && now - lastBytes >= interval()) {
            asked = true;
            askedAt = now;
            send(null);
        }
        schedule(now);
    }

    private long interval() {
        return busy.getAsBoolean() ? busyPingInterval : pingInterval;
    }

    private CulvertException silence(long now) {
        return new CulvertException(
                WireError.HEARTBEAT_TIMEOUT,
                "yamux: the peer sent nothing for " + TimeUnit.NANOSECONDS.toMillis(now - askedAt)
                        + " ms after a ping.");
    }

    /**
     * A ping that awaits its answer.
     *
     * @param promise who wants to know; null if only the heartbeat does
     * @param sentAt when it was sent
     */
    private record Ping(@Nullable Promise<Duration> promise, long sentAt) {}
}
