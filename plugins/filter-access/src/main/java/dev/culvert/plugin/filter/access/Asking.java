package dev.culvert.plugin.filter.access;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.RequestIdentity;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Optional;

/**
 * Which page a request comes from, as its browser says.
 *
 * @param isSaid whether it says so at all: programs do not, and browsers not for every GET
 * @param origin the page's; empty if it is hidden ({@code null}), said twice or is none
 */
record Asking(boolean isSaid, Optional<Origin> origin) {

    static Asking of(HttpExchange exchange) {
        List<String> said = exchange.headers().getAll(HttpHeaderNames.ORIGIN);
        return new Asking(!said.isEmpty(), said.size() == 1 ? Origin.ofHeader(said.get(0)) : Optional.empty());
    }

    /** Whether the page is of the very site that is asked. */
    boolean isSameSite(RequestIdentity identity) {
        return origin.equals(Origin.ofHeader(identity.scheme() + "://" + identity.authority()));
    }

    /** Whether the page is of one of these. */
    boolean isOneOf(List<Origin> permitted) {
        return origin.isPresent() && permitted.stream().anyMatch(known -> known.covers(origin.get()));
    }

    static HttpAnswer refusal() {
        return HttpAnswer.refusal(
                HttpResponseStatus.FORBIDDEN,
                new CulvertException(FilterError.ORIGIN_NOT_PERMITTED, "pages of this origin may not ask here."));
    }
}
