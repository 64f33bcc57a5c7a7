package dev.culvert.plugin.auth.jwt;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where this client's token comes from. Thread-safe; never blocks the caller. */
interface TokenSource {

    /** The token as it is now; fails with a {@link dev.culvert.spi.CulvertException} if there is none. */
    CompletionStage<HeldToken> token();

    /**
     * When it is worth looking for a newer one.
     *
     * @param held the last one
     * @return how long to wait; null for ever
     */
    @Nullable
    Duration untilNewer(HeldToken held, Instant now);

    /** By the expiry of a token, for sources that have to be asked; not more than once a second. */
    static @Nullable Duration byExpiry(HeldToken held, Instant now) {
        Instant at = held.renewAt();
        if (at == null) {
            return null;
        }
        Duration left = Duration.between(now, at);
        Duration least = Duration.ofSeconds(1);
        return left.compareTo(least) > 0 ? left : least;
    }
}
