package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.Credential;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One login and its renewals, the client's half of RFC 7628. */
final class BearerProof implements Credential.Proof {

    private static final Logger log = LoggerFactory.getLogger(BearerProof.class);

    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final TokenSource source;
    private final InstantSource clock;
    private final ScheduledExecutorService scheduler;

    /** What the server knows; the last word about it is this client's alone. */
    private volatile @Nullable HeldToken sent;

    BearerProof(TokenSource source, InstantSource clock, ScheduledExecutorService scheduler) {
        this.source = source;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    @Override
    public CompletionStage<byte[]> first() {
        try {
            return source.token().thenApply(this::message);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(
                    new CulvertException(AuthError.LOGIN_TIMEOUT, "this client is too busy to get its token.", e));
        }
    }

    private byte[] message(HeldToken token) {
        sent = token;
        return new BearerMessage(token.text()).format();
    }

    @Override
    public CompletionStage<byte[]> answer(byte[] challenge) {
        return CompletableFuture.failedStage(new CulvertException(
                AuthError.MALFORMED_EXCHANGE, "the server asks a question, and OAUTHBEARER has none."));
    }

    @Override
    public CompletionStage<Void> finish(byte[] message) {
        return CompletableFuture.completedStage(null); // the transport has proven the server
    }

    @Override
    public CompletionStage<byte[]> renewal() {
        CompletableFuture<byte[]> newer = new CompletableFuture<>();
        HeldToken last = sent;
        if (last != null) {
            later(newer, last, source.untilNewer(last, clock.instant()));
        }
        return newer;
    }

    private void later(CompletableFuture<byte[]> newer, HeldToken last, @Nullable Duration pause) {
        if (pause == null || newer.isDone()) {
            return;
        }
        try {
            Future<?> look = scheduler.schedule(() -> look(newer, last), pause.toMillis(), TimeUnit.MILLISECONDS);
            newer.whenComplete((message, cancelled) -> look.cancel(false));
        } catch (RejectedExecutionException e) {
            // The process ends, and the session with it.
        }
    }

    private void look(CompletableFuture<byte[]> newer, HeldToken last) {
        CompletionStage<HeldToken> looked;
        try {
            looked = source.token();
        } catch (RejectedExecutionException e) {
            later(newer, last, AGAIN);
            return;
        }
        looked.whenComplete((token, failure) -> {
            if (token != null && !token.text().equals(last.text())) {
                newer.complete(message(token));
                return;
            }
            if (failure != null) {
                log.debug("no newer token yet: {}", failure.getMessage());
            }
            Duration pause = source.untilNewer(last, clock.instant());
            later(newer, last, failure != null && pause != null ? pause.plus(AGAIN) : pause);
        });
    }
}
