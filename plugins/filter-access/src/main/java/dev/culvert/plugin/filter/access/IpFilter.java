package dev.culvert.plugin.filter.access;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletionStage;

/** Looks at the visitor's address. */
record IpFilter(SourceNetworks networks) implements HttpFilter {

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        if (networks.permits(exchange.identity().source())) {
            return HttpVerdict.pass();
        }
        return HttpVerdict.answer(HttpAnswer.refusal(
                HttpResponseStatus.FORBIDDEN,
                new CulvertException(
                        FilterError.SOURCE_NOT_PERMITTED, "requests from this address are not permitted here.")));
    }
}
