package dev.culvert.plugin.filter.limits;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Counts requests under way. A key is remembered only while it has any, so the table is no larger than their number. */
final class ConcurrencyFilter implements HttpFilter {

    private final int limit;
    private final Per by;
    private final ConcurrentHashMap<Object, Integer> underWay = new ConcurrentHashMap<>();

    ConcurrencyFilter(int limit, Per by) {
        this.limit = limit;
        this.by = by;
    }

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        Object key = by.key(exchange);
        if (enter(key)) {
            return HttpVerdict.pass(new HttpPassage() {
                @Override
                public void ended(HttpEnd end) {
                    leave(key);
                }
            });
        }
        return HttpVerdict.answer(HttpAnswer.refusal(
                        HttpResponseStatus.TOO_MANY_REQUESTS,
                        new CulvertException(
                                FilterError.CONCURRENCY_EXCEEDED, limit + " requests are under way already."))
                .with(HttpHeaderNames.RETRY_AFTER, 1));
    }

    /** How many keys have requests under way. */
    int size() {
        return underWay.size();
    }

    private boolean enter(Object key) {
        boolean[] entered = new boolean[1];
        underWay.compute(key, (same, count) -> {
            int now = count == null ? 0 : count;
            entered[0] = now < limit;
            return entered[0] ? Integer.valueOf(now + 1) : count;
        });
        return entered[0];
    }

    private void leave(Object key) {
        underWay.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }
}
