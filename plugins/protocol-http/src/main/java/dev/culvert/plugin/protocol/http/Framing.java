package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;

/** Where messages end (RFC 9112, section 6.3). */
final class Framing {

    private Framing() {}

    /** Whether content may follow. */
    static boolean hasBody(HttpRequest request) {
        HttpHeaders headers = request.headers();
        String length = headers.get(CONTENT_LENGTH);
        return headers.contains(TRANSFER_ENCODING) || length != null && !length.equals("0");
    }

    /** Whether an answer ends by itself rather than with the connection. */
    static boolean isDelimited(HttpResponse answer, HttpMethod asked) {
        int status = answer.status().code();
        return asked.equals(HttpMethod.HEAD)
                || status == 204
                || status == 304
                || answer.headers().contains(CONTENT_LENGTH)
                || answer.headers().contains(TRANSFER_ENCODING);
    }

    /** Whether an answer could end in two places, or is of another version or status than there are. */
    static boolean isAmbiguous(HttpResponse answer) {
        HttpHeaders headers = answer.headers();
        int status = answer.status().code();
        return status < 100
                || status > 999
                || answer.protocolVersion().majorVersion() != 1
                || headers.contains(TRANSFER_ENCODING)
                        && (headers.contains(CONTENT_LENGTH)
                                || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(headers.get(TRANSFER_ENCODING)));
    }

    /** Whether asking twice is as good as asking once (RFC 9110, section 9.2.2). */
    static boolean isIdempotent(HttpMethod method) {
        return switch (method.name()) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE" -> true;
            default -> false;
        };
    }
}
