package dev.culvert.spi.http;

import dev.culvert.spi.CulvertException;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Several filters as one. */
final class FilterChain implements HttpFilter {

    private final List<HttpFilter> filters;

    FilterChain(List<HttpFilter> filters) {
        this.filters = List.copyOf(filters);
    }

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        return filters.isEmpty() ? HttpVerdict.pass() : new ChainWalk(filters, exchange).start();
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (HttpFilter filter : filters) {
            try {
                filter.close();
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** What a request is answered with when a filter has failed. */
    static HttpAnswer failure(Throwable cause) {
        if (cause instanceof CulvertException known) {
            return HttpAnswer.refusal(HttpResponseStatus.INTERNAL_SERVER_ERROR, known);
        }
        return HttpAnswer.refusal(
                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                new CulvertException(FilterError.FILTER_FAILED, "a filter of this tunnel failed.", cause));
    }

    /** The verdict of a filter, which may throw instead. */
    static CompletionStage<HttpVerdict> ask(HttpFilter filter, HttpExchange exchange) {
        try {
            return filter.request(exchange);
        } catch (RuntimeException | LinkageError e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
