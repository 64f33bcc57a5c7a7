package dev.culvert.plugin.filter.compression;

import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpFilter;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Decides which answers are compressed. */
record CompressionFilter(List<String> types, long minSize, int level) implements HttpFilter {

    // What has no body, is a part of one, or is no longer HTTP.
    private static final Set<Integer> NEVER = Set.of(101, 204, 205, 206, 304);

    @Override
    public CompletionStage<HttpVerdict> request(HttpExchange exchange) {
        if (exchange.identity().method().equals(HttpMethod.HEAD)) {
            return HttpVerdict.pass();
        }
        return HttpVerdict.pass(new CompressionPassage(
                this, Coding.wanted(exchange.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING))));
    }

    /** Whether an answer may be compressed, for a visitor who wants that. */
    boolean suits(HttpResponseStatus status, HttpHeaders headers) {
        return !NEVER.contains(status.code())
                && !headers.contains(HttpHeaderNames.CONTENT_ENCODING)
                && !headers.contains(HttpHeaderNames.CONTENT_RANGE)
                && isKnownType(headers.get(HttpHeaderNames.CONTENT_TYPE, ""))
                && !forbids(headers)
                && isLongEnough(headers);
    }

    private boolean isKnownType(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (type.equals("text/event-stream")) {
            return false; // each event is to be seen at once, by readers that may not decompress
        }
        String all = type.substring(0, type.indexOf('/') + 1) + "*";
        return types.contains(type) || types.contains(all);
    }

    // RFC 9110, section 7.7
    private static boolean forbids(HttpHeaders headers) {
        return headers.containsValue(HttpHeaderNames.CACHE_CONTROL, "no-transform", true);
    }

    private boolean isLongEnough(HttpHeaders headers) {
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return length == null || !length.matches("[0-9]{1,18}") || Long.parseLong(length) >= minSize;
    }
}
