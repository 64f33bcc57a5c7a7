package dev.culvert.plugin.filter.auth;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks tokens on another thread, and remembers for a minute which were good: browsers send one again and again.
 * Thread-safe.
 */
final class CheckedTokens {

    private static final int MOST_REMEMBERED = 1024;
    private static final long REMEMBERED_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final Tokens tokens;
    private final Executor elsewhere;
    private final Map<String, Good> good = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Good> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** What came of it. */
    sealed interface Result {}

    /** The token is good. */
    record Good(JWTClaimsSet claims, long until) implements Result {}

    /** It is not. */
    record Bad(Tokens.Bad reason) implements Result {}

    /** Nobody can tell now. */
    record Unknown(Exception reason) implements Result {}

    CheckedTokens(Tokens tokens, Executor elsewhere) {
        this.tokens = tokens;
        this.elsewhere = elsewhere;
    }

    /** A token that was good a moment ago; null if that is not known. */
    @Nullable
    Good remembered(String token) {
        synchronized (good) {
            Good known = good.get(mark(token));
            return known != null && known.until() > System.currentTimeMillis() ? known : null;
        }
    }

    CompletionStage<Result> check(String token) {
        CompletableFuture<Result> checked = new CompletableFuture<>();
        try {
            elsewhere.execute(() -> {
                try {
                    checked.complete(checkNow(token));
                } catch (RuntimeException e) {
                    checked.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            checked.complete(new Unknown(e));
        }
        return checked;
    }

    private Result checkNow(String token) {
        try {
            JWTClaimsSet claims = tokens.check(token);
            Date expires = claims.getExpirationTime();
            long until =
                    Math.min(System.currentTimeMillis() + REMEMBERED_MILLIS, expires == null ? 0 : expires.getTime());
            Good result = new Good(claims, until);
            synchronized (good) {
                good.put(mark(token), result);
            }
            return result;
        } catch (Tokens.Bad e) {
            return new Bad(e);
        } catch (KeySourceException e) {
            return new Unknown(e);
        }
    }

    // Not the token itself, which somebody could find in a dump of the memory.
    private static String mark(String token) {
        return Base64.getEncoder().encodeToString(Verifier.sha256(token));
    }
}
