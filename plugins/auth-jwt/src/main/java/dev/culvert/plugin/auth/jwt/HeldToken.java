package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A token that this client has.
 *
 * @param text the token
 * @param since when it was got
 * @param expires when it ends, as far as that can be seen; null if it cannot
 */
record HeldToken(String text, Instant since, @Nullable Instant expires) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A newer one is wanted when this part of the time is over. */
    private static final double SPENT = 0.75;

    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * Holds a token; its expiry is what it says itself.
     *
     * @throws CulvertException if it is empty, or too large for any server
     */
    static HeldToken of(String text, Instant now) {
        return of(text, now, expiry(text));
    }

    static HeldToken of(String text, Instant now, @Nullable Instant expires) {
        String token = text.strip();
        if (token.isEmpty()
                || token.length() > BearerMessage.MOST_TOKEN_BYTES
                || !token.matches("[A-Za-z0-9._~+/=-]+")) {
            throw new CulvertException(
                    AuthError.CREDENTIAL_MISSING,
                    "what should be a token has " + token.length() + " characters, or others than a token can have"
                            + " (expected: 1 to " + BearerMessage.MOST_TOKEN_BYTES + " of A-Z a-z 0-9 . _ ~ + / = -).");
        }
        return new HeldToken(token, now, expires);
    }

    /** When it is time for a newer one; null if that cannot be seen. */
    @Nullable
    Instant renewAt() {
        if (expires == null) {
            return null;
        }
        long life = Math.max(0, Duration.between(since, expires).toMillis());
        Duration patience = Duration.ofMillis((long) (life * SPENT));
        return since.plus(patience.compareTo(LONGEST) < 0 ? patience : LONGEST);
    }

    boolean isFresh(Instant now) {
        Instant then = renewAt();
        return then != null && now.isBefore(then);
    }

    // For this client's own planning; the server decides.
    private static @Nullable Instant expiry(String token) {
        String[] parts = token.strip().split("\\.", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            JsonNode claims = JSON.readTree(new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8));
            JsonNode exp = claims == null ? null : claims.get("exp");
            return exp != null && exp.isNumber() ? Instant.ofEpochSecond(exp.asLong()) : null;
        } catch (IOException | RuntimeException e) {
            return null; // an opaque one
        }
    }

    @Override
    public String toString() {
        return "HeldToken[****, expires=" + expires + "]";
    }
}
