package dev.culvert.plugin.auth.jwt;

import com.nimbusds.jose.jwk.JWK;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An issuer's keys at a URL. They are fetched before they are needed; a token with an unknown key has them fetched again,
 * at a bounded rate and once for all who wait. A key that is known is found at once, whatever the host does.
 */
final class KeyUrl implements KeySource {

    /** How old keys get before they are fetched again. */
    static final Duration REFRESH = Duration.ofMinutes(5);

    /** Between two requests, whoever causes them. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(KeyUrl.class);

    private final URI url;
    private final SignatureFamily family;
    private final Duration maxAge;
    private final InstantSource clock;
    private final Http http;

    private @Nullable Dated keys;
    private @Nullable Instant attempted;
    private @Nullable CompletableFuture<?> flight;
    private boolean unreachable;

    /**
     * Makes one; fetches nothing yet.
     *
     * @param maxAge how long the last good keys count while the host cannot be reached
     */
    KeyUrl(URI url, SignatureFamily family, Duration maxAge, InstantSource clock, Http http) {
        this.url = url;
        this.family = family;
        this.maxAge = maxAge;
        this.clock = clock;
        this.http = http;
    }

    @Override
    public CompletionStage<List<JWK>> find(@Nullable String keyId) {
        KeySet known = current();
        if (known != null && known.knows(keyId)) {
            return CompletableFuture.completedStage(known.find(keyId));
        }
        CompletableFuture<?> fetched = fetch();
        return fetched == null
                ? answer(keyId)
                : fetched.handle((done, failure) -> keyId).thenCompose(this::answer);
    }

    private CompletionStage<List<JWK>> answer(@Nullable String keyId) {
        KeySet known = current();
        return known != null
                ? CompletableFuture.completedStage(known.find(keyId))
                : CompletableFuture.failedStage(new CulvertException(
                        AuthError.KEY_SOURCE_UNREACHABLE,
                        "the server has no keys to verify the token with; its log says why.",
                        new CulvertException(
                                AuthError.KEY_SOURCE_UNREACHABLE, "no keys are to be had from " + url + ".")));
    }

    @Override
    public void look() {
        if (isDue()) {
            fetch();
        }
    }

    private synchronized boolean isDue() {
        return keys == null || isOver(keys.at, REFRESH);
    }

    private synchronized @Nullable KeySet current() {
        return keys == null || isOver(keys.at, maxAge) ? null : keys.set;
    }

    /** The request that is under way, a new one, or null if the last one is too recent. */
    private @Nullable CompletableFuture<?> fetch() {
        CompletableFuture<Object> begun;
        synchronized (this) {
            if (flight != null) {
                return flight;
            }
            if (attempted != null && !isOver(attempted, PAUSE)) {
                return null;
            }
            attempted = clock.instant();
            begun = new CompletableFuture<>();
            flight = begun;
        }
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        http.send(request, KeySet.MOST_BYTES).thenApply(this::parsed).whenComplete((set, failure) -> {
            landed(set, failure);
            begun.complete(url);
        });
        return begun;
    }

    private KeySet parsed(Http.Answer answer) {
        if (answer.status() != 200) {
            throw new IllegalStateException("status " + answer.status());
        }
        try {
            return KeySet.parse(answer.body(), family);
        } catch (ParseException e) {
            throw new IllegalStateException("no set of keys: " + e.getMessage(), e);
        }
    }

    private synchronized void landed(@Nullable KeySet set, @Nullable Throwable failure) {
        flight = null;
        if (set != null) {
            keys = new Dated(set, clock.instant());
            if (unreachable) {
                log.info("keys are to be had again from {}", url);
            }
            unreachable = false;
        } else if (!unreachable) {
            unreachable = true; // said once an outage
            log.warn(
                    "keys are not to be had from {} ({}); {}",
                    url,
                    failure == null ? "" : why(failure),
                    keys == null ? "nobody can log in with a token" : "the last ones stay good for " + maxAge);
        }
    }

    private static String why(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    // Also when the clock was set back: rather once too often than never again.
    private boolean isOver(Instant since, Duration limit) {
        return Duration.between(since, clock.instant()).abs().compareTo(limit) >= 0;
    }

    /** A set and when it came. */
    private record Dated(KeySet set, Instant at) {}
}
