package dev.culvert.plugin.filter.access;

import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Holds the page that asks against those that may. */
record OriginFilter(List<Origin> allow, boolean required) implements HttpFilter {

    // RFC 9110, section 9.2.1; TRACE is not in it, since nobody's page needs it.
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        if (!matters(exchange)) {
            return HttpVerdict.pass();
        }
        Asking asking = Asking.of(exchange);
        boolean permitted =
                asking.isSaid() ? asking.isSameSite(exchange.identity()) || asking.isOneOf(allow) : !required;
        return permitted ? HttpVerdict.pass() : HttpVerdict.answer(Asking.refusal());
    }

    // A WebSocket begins with a GET, and browsers open one to any site (RFC 6455, section 10.2); in HTTP/2 with
    // CONNECT.
    private static boolean matters(HttpExchange exchange) {
        return !SAFE.contains(exchange.identity().method())
                || exchange.headers().contains(HttpHeaderNames.UPGRADE);
    }
}
