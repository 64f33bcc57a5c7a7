package dev.culvert.plugin.filter.limits;

import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpVerdict;
import java.util.concurrent.CompletionStage;

/** Starts a watch for each exchange. */
record TimeoutFilter(TimeoutFilterFactory limits) implements HttpFilter {

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        TimeoutPassage passage = new TimeoutPassage(limits, exchange);
        passage.start();
        return HttpVerdict.pass(passage);
    }
}
