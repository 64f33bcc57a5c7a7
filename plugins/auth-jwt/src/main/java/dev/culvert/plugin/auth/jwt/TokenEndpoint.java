package dev.culvert.plugin.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of an issuer's token endpoint by client credentials, RFC 6749, section 4.4. One is kept until three quarters of
 * its time are over, for all sessions; one request at a time.
 */
final class TokenEndpoint implements TokenSource {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int MOST_BYTES = 64 * 1024;

    private final URI url;
    private final String authorization;
    private final String form;
    private final InstantSource clock;
    private final Http http;
    private @Nullable HeldToken kept;
    private @Nullable CompletableFuture<HeldToken> flight;

    /**
     * Makes one; requests nothing yet.
     *
     * @param more what the request asks for beside the grant, such as {@code scope}
     */
    TokenEndpoint(
            URI url, String clientId, Secret clientSecret, Map<String, String> more, InstantSource clock, Http http) {
        this.url = url;
        this.clock = clock;
        this.http = http;
        // RFC 6749, section 2.3.1: each of the two is encoded before they are joined.
        String both = encoded(clientId) + ":" + encoded(clientSecret.reveal());
        authorization = "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
        Map<String, String> fields = new TreeMap<>(more);
        fields.put("grant_type", "client_credentials");
        form = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    @Override
    public CompletionStage<HeldToken> token() {
        CompletableFuture<HeldToken> begun;
        synchronized (this) {
            if (kept != null && kept.isFresh(clock.instant())) {
                return CompletableFuture.completedStage(kept);
            }
            if (flight != null) {
                return flight.copy();
            }
            begun = new CompletableFuture<>();
            flight = begun;
        }
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Authorization", authorization)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        http.send(request, MOST_BYTES).thenApply(this::read).whenComplete((token, failure) -> {
            synchronized (this) {
                flight = null;
                kept = token;
            }
            if (token != null) {
                begun.complete(token);
            } else {
                begun.completeExceptionally(unreachable(failure));
            }
        });
        return begun.copy();
    }

    private HeldToken read(Http.Answer answer) {
        JsonNode json;
        try {
            json = JSON.readTree(answer.body());
        } catch (IOException e) {
            json = null; // the parser's text may have the token in it
        }
        if (json == null || answer.status() != 200 || !json.path("access_token").isTextual()) {
            String error = json == null ? "" : json.path("error").asText();
            throw new IllegalStateException(
                    "status " + answer.status() + (error.isEmpty() ? "" : ", " + Refusals.shown(error)));
        }
        Instant now = clock.instant();
        HeldToken token = HeldToken.of(json.path("access_token").textValue(), now);
        JsonNode life = json.path("expires_in");
        return life.canConvertToInt() && life.intValue() > 0
                ? HeldToken.of(token.text(), now, now.plusSeconds(life.intValue()))
                : token;
    }

    private CulvertException unreachable(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof CulvertException known) {
            return known;
        }
        String why = cause == null
                ? ""
                : cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new CulvertException(
                AuthError.KEY_SOURCE_UNREACHABLE, "no token is to be had from " + url + " (" + why + ").", cause);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    @Override
    public @Nullable Duration untilNewer(HeldToken held, Instant now) {
        return TokenSource.byExpiry(held, now);
    }
}
