package dev.culvert.plugin.filter.access;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_MAX_AGE;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD;
import static io.netty.handler.codec.http.HttpHeaderNames.ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.VARY;

import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells browsers which pages may read an answer.
 *
 * @param all whether every page may
 * @param origins else which
 * @param methods which methods they may use, as the header has them
 * @param headers which headers they may send, or null for what they ask for
 * @param expose which headers they may read
 * @param credentials whether cookies go along
 * @param maxAge how many seconds a preflight counts
 */
record CorsFilter(
        boolean all,
        List<Origin> origins,
        String methods,
        @Nullable String headers,
        String expose,
        boolean credentials,
        long maxAge)
        implements HttpFilter {

    // What comes back from a visitor's own header is held to its form, and to a length.
    private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1024}");

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        Asking asking = Asking.of(exchange);
        String permitted = permitted(exchange, asking);
        if (isPreflight(exchange, asking)) {
            return permitted == null
                    ? HttpVerdict.answer(Asking.refusal())
                    : HttpVerdict.answer(preflight(exchange, permitted));
        }
        return HttpVerdict.pass(new HttpPassage() {
            @Override
            public void response(HttpResponseStatus status, HttpHeaders answer) {
                replace(answer, permitted);
            }
        });
    }

    private @Nullable String permitted(HttpExchange exchange, Asking asking) {
        if (all) {
            return asking.isSaid() ? "*" : null;
        }
        return asking.isOneOf(origins) ? exchange.headers().get(ORIGIN) : null;
    }

    private static boolean isPreflight(HttpExchange exchange, Asking asking) {
        return exchange.identity().method().equals(HttpMethod.OPTIONS)
                && asking.isSaid()
                && exchange.headers().contains(ACCESS_CONTROL_REQUEST_METHOD);
    }

    private HttpAnswer preflight(HttpExchange exchange, String origin) {
        HttpAnswer answer = HttpAnswer.of(HttpResponseStatus.NO_CONTENT);
        replace(answer.headers(), origin);
        answer.with(ACCESS_CONTROL_ALLOW_METHODS, methods).with(ACCESS_CONTROL_MAX_AGE, maxAge);
        String asked = exchange.headers().get(ACCESS_CONTROL_REQUEST_HEADERS, "");
        if (headers != null) {
            answer.with(ACCESS_CONTROL_ALLOW_HEADERS, headers);
        } else if (NAMES.matcher(asked).matches()) {
            answer.with(ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
        answer.headers().add(VARY, ACCESS_CONTROL_REQUEST_HEADERS);
        return answer;
    }

    private void replace(HttpHeaders answer, @Nullable String origin) {
        answer.remove(ACCESS_CONTROL_ALLOW_ORIGIN)
                .remove(ACCESS_CONTROL_ALLOW_CREDENTIALS)
                .remove(ACCESS_CONTROL_EXPOSE_HEADERS);
        if (!all) {
            answer.add(VARY, ORIGIN); // else a cache would give one site's answer to another's page
        }
        if (origin == null) {
            return;
        }
        answer.set(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if (credentials) {
            answer.set(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if (!expose.isEmpty()) {
            answer.set(ACCESS_CONTROL_EXPOSE_HEADERS, expose);
        }
    }
}
