package dev.culvert.plugin.filter.auth;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks for a name and a password. */
final class BasicAuthFilter implements HttpFilter {

    private final Passwords passwords;
    private final Failures failures;
    private final String challenge;
    private final boolean forward;
    private final @Nullable String userHeader;

    BasicAuthFilter(
            Passwords passwords, Failures failures, String realm, boolean forward, @Nullable String userHeader) {
        this.passwords = passwords;
        this.failures = failures;
        this.challenge = "Basic realm=\"" + realm + "\", charset=\"UTF-8\"";
        this.forward = forward;
        this.userHeader = userHeader;
    }

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        Optional<BasicCredentials> brought = BasicCredentials.of(exchange);
        if (brought.isEmpty()) {
            return HttpVerdict.answer(unauthorized());
        }
        BasicCredentials credentials = brought.get();
        if (passwords.isRemembered(credentials.user(), credentials.password())) {
            admit(exchange, credentials.user());
            return HttpVerdict.pass();
        }
        long wait = failures.wait(exchange.identity().source());
        if (wait > 0) {
            return HttpVerdict.answer(tooMany(TimeUnit.NANOSECONDS.toSeconds(wait) + 1));
        }
        return passwords
                .check(credentials.user(), credentials.password())
                .thenApplyAsync(right -> decide(exchange, credentials.user(), right), exchange.eventLoop());
    }

    // On the exchange's loop again, which owns the headers.
    private HttpVerdict decide(HttpExchange exchange, String user, @Nullable Boolean right) {
        if (right == null) {
            return new HttpVerdict.Answered(tooMany(1), HttpPassage.NOTHING);
        }
        if (right) {
            admit(exchange, user);
            return new HttpVerdict.Passed(HttpPassage.NOTHING);
        }
        failures.add(exchange.identity().source());
        return new HttpVerdict.Answered(unauthorized(), HttpPassage.NOTHING);
    }

    private void admit(HttpExchange exchange, String user) {
        if (!forward) {
            exchange.headers().remove(HttpHeaderNames.AUTHORIZATION);
        }
        if (userHeader != null) {
            exchange.headers().set(userHeader, HeaderText.of(user));
        }
    }

    private HttpAnswer unauthorized() {
        return HttpAnswer.refusal(
                        HttpResponseStatus.UNAUTHORIZED,
                        new CulvertException(FilterError.PASSWORD_REJECTED, "user and password are needed here."))
                .with(HttpHeaderNames.WWW_AUTHENTICATE, challenge);
    }

    private static HttpAnswer tooMany(long seconds) {
        return HttpAnswer.refusal(
                        HttpResponseStatus.TOO_MANY_REQUESTS,
                        new CulvertException(FilterError.TOO_MANY_FAILURES, "too many logins."))
                .with(HttpHeaderNames.RETRY_AFTER, seconds);
    }
}
