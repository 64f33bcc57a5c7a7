package dev.culvert.plugin.filter.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Asks for a token. */
final class JwtFilter implements HttpFilter {

    private static final String SCHEME = "Bearer ";

    private final CheckedTokens tokens;
    private final RequiredClaims required;
    private final boolean forward;
    private final @Nullable String userHeader;

    JwtFilter(CheckedTokens tokens, RequiredClaims required, boolean forward, @Nullable String userHeader) {
        this.tokens = tokens;
        this.required = required;
        this.forward = forward;
        this.userHeader = userHeader;
    }

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        String token = token(exchange);
        if (token == null) {
            return HttpVerdict.answer(unauthorized("a bearer token is needed here.", "", null));
        }
        CheckedTokens.Good known = tokens.remembered(token);
        if (known != null) {
            return CompletableFuture.completedStage(decide(exchange, known));
        }
        return tokens.check(token).thenApplyAsync(result -> decide(exchange, result), exchange.eventLoop());
    }

    private static @Nullable String token(HttpExchange exchange) {
        List<String> headers = exchange.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        String header = headers.size() == 1 ? headers.get(0) : "";
        boolean bearer = header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        String token = bearer ? header.substring(SCHEME.length()).strip() : "";
        return token.isEmpty() || token.length() > Tokens.LONGEST ? null : token;
    }

    private HttpVerdict decide(HttpExchange exchange, CheckedTokens.Result result) {
        if (result instanceof CheckedTokens.Bad bad) {
            return answered(unauthorized(bad.reason().getMessage() + ".", ", error=\"invalid_token\"", bad.reason()));
        }
        if (result instanceof CheckedTokens.Unknown unknown) {
            return answered(HttpAnswer.refusal(
                            HttpResponseStatus.SERVICE_UNAVAILABLE,
                            new CulvertException(
                                    FilterError.KEYS_UNAVAILABLE,
                                    "tokens cannot be checked at the moment.",
                                    unknown.reason()))
                    .with(HttpHeaderNames.RETRY_AFTER, 5));
        }
        JWTClaimsSet claims = ((CheckedTokens.Good) result).claims();
        if (!required.areIn(claims)) {
            return answered(HttpAnswer.refusal(
                            HttpResponseStatus.FORBIDDEN,
                            new CulvertException(FilterError.SCOPE_MISSING, "the token is good, but not for this."))
                    .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\""));
        }
        admit(exchange, claims);
        return new HttpVerdict.Passed(HttpPassage.NOTHING);
    }

    private void admit(HttpExchange exchange, JWTClaimsSet claims) {
        if (!forward) {
            exchange.headers().remove(HttpHeaderNames.AUTHORIZATION);
        }
        if (userHeader != null) {
            exchange.headers().remove(userHeader);
            String subject = claims.getSubject();
            if (subject != null) {
                exchange.headers().set(userHeader, HeaderText.of(subject));
            }
        }
    }

    private static HttpVerdict answered(HttpAnswer answer) {
        return new HttpVerdict.Answered(answer, HttpPassage.NOTHING);
    }

    private static HttpAnswer unauthorized(String detail, String error, @Nullable Throwable cause) {
        return HttpAnswer.refusal(
                        HttpResponseStatus.UNAUTHORIZED,
                        new CulvertException(FilterError.BEARER_REJECTED, detail, cause))
                .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"culvert\"" + error);
    }
}
