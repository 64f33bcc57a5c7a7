package dev.culvert.plugin.auth.jwt;

import dev.culvert.spi.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A token of the configuration or the environment: there will never be a newer one. */
final class FixedToken implements TokenSource {

    private final HeldToken held;

    FixedToken(Secret token, InstantSource clock) {
        held = HeldToken.of(token.reveal(), clock.instant());
    }

    @Override
    public CompletionStage<HeldToken> token() {
        return CompletableFuture.completedStage(held);
    }

    @Override
    public @Nullable Duration untilNewer(HeldToken last, Instant now) {
        return null;
    }
}
