package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Lease;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Finds out whether a session is alive before it stands in a newer one's way: a client that lost its network comes back
 * long before its old connection is seen to be dead.
 */
final class SignsOfLife {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private SignsOfLife() {}

    /** Ends each session that gives no sign of life; true if all of them were ended. */
    static CompletionStage<Boolean> evictSilent(List<Lease> holders, ScheduledExecutorService scheduler) {
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (Lease lease : holders) {
            Candidate holder = lease.claim().candidate();
            all = all.thenCombine(evictIfSilent(holder::ping, holder::evict, scheduler), Boolean::logicalAnd);
        }
        return all;
    }

    /** Ends a session if it gives no sign of life; true if it was ended. */
    static CompletableFuture<Boolean> evictIfSilent(
            Supplier<Future<Duration>> ping, Consumer<CulvertException> evict, ScheduledExecutorService scheduler) {
        CompletableFuture<Boolean> silent = new CompletableFuture<>();
        ping.get().addListener((Future<Duration> pong) -> silent.complete(!pong.isSuccess()));
        var deadline = scheduler.schedule(() -> silent.complete(true), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        return silent.thenApply(dead -> {
            deadline.cancel(false);
            if (dead) {
                evict.accept(new CulvertException(
                        WireError.HEARTBEAT_TIMEOUT,
                        "no pong within " + PATIENCE.toMillis() + " ms, and a newer session of the same client asks."));
            }
            return dead;
        });
    }
}
