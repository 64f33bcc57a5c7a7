package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether visitors of a tunnel reach its service, as they have found; while none comes, as a probe finds: a connection to the
 * endpoint, and a stream for nobody, that is ended as soon as the service has accepted it. Thread-safe.
 */
final class Health {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final RemoteClient client;
    private final String tunnel;
    private final ScheduledExecutorService scheduler;
    private final AtomicBoolean probing = new AtomicBoolean();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private volatile boolean served;
    private volatile boolean told;
    private volatile boolean watched;
    private volatile @Nullable CulvertException trouble;
    private volatile long troubledSince;
    private volatile boolean foundByVisit;
    private final Supplier<CompletionStage<Void>> endpoint;
    private volatile @Nullable CulvertException blocked;

    /**
     * Makes one of a tunnel that is not open yet.
     *
     * @param endpoint finds out whether visitors arrive at its endpoint
     */
    Health(
            RemoteClient client,
            String tunnel,
            ScheduledExecutorService scheduler,
            Supplier<CompletionStage<Void>> endpoint) {
        this.endpoint = endpoint;
        this.client = client;
        this.tunnel = tunnel;
        this.scheduler = scheduler;
    }

    /**
     * The tunnel is open, and its client tells what becomes of a stream.
     *
     * @param probing whether it may be probed, now and as long as the service is not to be had
     */
    void begin(boolean probing) {
        told = true;
        watched = probing;
        probe();
    }

    /** The tunnel is no more. */
    void stop() {
        watched = false;
    }

    /**
     * Listens to what becomes of a visitor's stream.
     *
     * @param ofMany whether it is for many visitors: that the client takes it tells nothing of the service yet
     */
    void note(TunnelStream stream, boolean ofMany) {
        if (told) {
            stream.connected().addListener((Future<Void> connected) -> {
                if (!ofMany || !connected.isSuccess()) {
                    found(connected.cause());
                }
            });
        }
    }

    /** A visitor on a stream of many was answered by the service. */
    void visitAnswered() {
        served = true;
        forget();
    }

    /**
     * A visitor on a stream of many is gone. The stream tells nothing of the service there, as a stream of one does: who comes
     * next finds out.
     *
     * @param failure why; null if nothing was wrong
     */
    void visitEnded(@Nullable CulvertException failure) {
        if (failure != null && isOfService(failure)) {
            foundByVisit = true;
            trouble(failure);
        }
    }

    /** Whoever checks the service has found it well. */
    void forget() {
        foundByVisit = false;
        trouble = null;
    }

    /** Whether a stream has come the whole way, and none has failed since. */
    boolean isServed() {
        return served && trouble == null && blocked == null;
    }

    /** Why visitors do not arrive, or the last stream did not reach the service; null if it did. */
    @Nullable
    CulvertException trouble() {
        CulvertException before = blocked;
        return before != null ? before : trouble;
    }

    /**
     * Whether visitors go to others first: from a stream that did not reach the service until one does. Where nobody probes,
     * a visitor is the one to try, after a while.
     */
    boolean isAvoided() {
        return trouble != null && ((watched && !foundByVisit) || System.nanoTime() - troubledSince < PAUSE.toNanos());
    }

    private void trouble(CulvertException cause) {
        troubledSince = System.nanoTime();
        trouble = cause;
    }

    private void found(@Nullable Throwable failure) {
        if (failure == null) {
            served = true;
            blocked = null;
            if (!foundByVisit) {
                trouble = null;
            }
            return;
        }
        CulvertException cause = CulvertFailures.of(failure);
        // A visitor that goes before the service has answered says nothing of the service.
        if (isOfService(cause)) {
            trouble(cause);
            probeLater();
        }
    }

    private static boolean isOfService(CulvertException cause) {
        return cause.code().number() / 1_000 == 5;
    }

    private void probeLater() {
        // One is enough, however many visitors find the service gone meanwhile.
        if (watched && !client.closeFuture().isDone() && waiting.compareAndSet(false, true)) {
            scheduler.schedule(
                    () -> {
                        waiting.set(false);
                        probe();
                    },
                    PAUSE.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void probe() {
        if (!watched || isServed() || client.closeFuture().isDone() || !probing.compareAndSet(false, true)) {
            return;
        }
        // As a visitor would come: to the endpoint first, and from there to the service.
        endpoint.get().whenComplete((arrived, failure) -> {
            if (failure == null) {
                blocked = null;
                probeService();
            } else {
                blocked = CulvertFailures.of(failure);
                probing.set(false);
                probeLater();
            }
        });
    }

    private void probeService() {
        client.openStream(tunnel, StreamOrigin.UNKNOWN).addListener((Future<TunnelStream> opened) -> {
            if (!opened.isSuccess()) {
                probing.set(false);
                probeLater();
                return;
            }
            TunnelStream stream = opened.getNow();
            var deadline = scheduler.schedule(
                    () -> {
                        trouble(new CulvertException(
                                TunnelError.NOT_PROVEN,
                                "no answer of the service within " + PATIENCE.toSeconds() + " s."));
                        stream.channel().close();
                    },
                    PATIENCE.toMillis(),
                    TimeUnit.MILLISECONDS);
            stream.connected().addListener((Future<Void> connected) -> {
                deadline.cancel(false);
                probing.set(false);
                found(connected.cause());
                stream.channel().close();
                if (!connected.isSuccess()) {
                    probeLater(); // also where the link was to blame, and the service was not heard of
                }
            });
        });
    }
}
