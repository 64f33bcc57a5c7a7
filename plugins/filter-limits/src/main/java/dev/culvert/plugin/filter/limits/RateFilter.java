package dev.culvert.plugin.filter.limits;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Counts requests against a rate. */
record RateFilter(Rate limit, Per by, Buckets buckets) implements HttpFilter {

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        long wait = buckets.take(by.key(exchange));
        if (wait == 0) {
            return HttpVerdict.pass();
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(wait - 1) + 1; // rounded up
        return HttpVerdict.answer(HttpAnswer.refusal(
                        HttpResponseStatus.TOO_MANY_REQUESTS,
                        new CulvertException(FilterError.RATE_EXCEEDED, "more than " + limit + " requests."))
                .with(HttpHeaderNames.RETRY_AFTER, seconds));
    }
}
