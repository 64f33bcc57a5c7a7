package dev.culvert.plugin.filter.limits;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Measures requests, by what they say of themselves first. */
record SizeFilter(int headers, long headerBytes, long requestBody, long responseBody) implements HttpFilter {

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        HttpAnswer refusal = headersRefused(exchange.headers());
        if (refusal == null && said(exchange.headers()) > requestBody) {
            refusal = requestTooLarge();
        }
        if (refusal != null) {
            return HttpVerdict.answer(refusal);
        }
        boolean bodies = requestBody < Long.MAX_VALUE || responseBody < Long.MAX_VALUE;
        return bodies ? HttpVerdict.pass(new SizePassage(this, exchange)) : HttpVerdict.pass();
    }

    /** What a head says of its body's length; 0 if nothing that can be read. */
    static long said(HttpHeaders head) {
        String length = head.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length == null || !length.matches("[0-9]{1,18}")) {
            return 0; // a longer number has been refused as malformed
        }
        return Long.parseLong(length);
    }

    HttpAnswer requestTooLarge() {
        return HttpAnswer.refusal(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                new CulvertException(
                        FilterError.REQUEST_TOO_LARGE, "the body has more than " + new DataSize(requestBody) + "."));
    }

    HttpAnswer responseTooLarge() {
        return HttpAnswer.refusal(
                HttpResponseStatus.BAD_GATEWAY,
                new CulvertException(
                        FilterError.RESPONSE_TOO_LARGE,
                        "the answer has more than " + new DataSize(responseBody) + "."));
    }

    private @Nullable HttpAnswer headersRefused(HttpHeaders all) {
        int count = 0;
        long bytes = 0;
        Iterator<Map.Entry<CharSequence, CharSequence>> each = all.iteratorCharSequence();
        while (each.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = each.next();
            count++;
            bytes += header.getKey().length() + header.getValue().length();
        }
        if (count <= headers && bytes <= headerBytes) {
            return null;
        }
        String what = count > headers ? headers + " headers" : new DataSize(headerBytes) + " of headers";
        return HttpAnswer.refusal(
                HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                new CulvertException(FilterError.HEADERS_TOO_LARGE, "the request has more than " + what + "."));
    }
}
