package dev.culvert.spi.http;

import static java.util.Objects.requireNonNull;

import dev.culvert.spi.CulvertException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * An answer in place of the service's. With a cause and without a body it becomes the platform's page for errors, as text,
 * JSON or HTML, whichever the visitor prefers: status, code of the cause, request id. Its detail is for the access log,
 * though a visitor may come to see it; what must stay with the operator is the cause of the cause.
 *
 * @param status 200 to 599
 * @param headers the answer's; {@code content-length} is the platform's matter. One object for each answer, since filters
 *     change it
 * @param body text, sent as UTF-8; empty for none
 * @param cause why the request was refused, for the access log and the metrics; null if it was not
 */
public record HttpAnswer(
        HttpResponseStatus status,
        HttpHeaders headers,
        String body,
        @Nullable CulvertException cause) {

    /** Refuses nulls and a provisional status. */
    public HttpAnswer {
        requireNonNull(headers, "headers");
        requireNonNull(body, "body");
        if (status.code() < 200 || status.code() > 599) {
            throw new IllegalArgumentException("status: " + status.code() + " (expected: 200 to 599)");
        }
    }

    /**
     * A status and nothing else.
     *
     * @param status the answer's
     */
    public static HttpAnswer of(HttpResponseStatus status) {
        return new HttpAnswer(status, new DefaultHttpHeaders(), "", null);
    }

    /**
     * A refusal.
     *
     * @param status 4xx or 5xx
     * @param cause why
     */
    public static HttpAnswer refusal(HttpResponseStatus status, CulvertException cause) {
        return new HttpAnswer(status, new DefaultHttpHeaders(), "", requireNonNull(cause, "cause"));
    }

    /**
     * Adds a header.
     *
     * @param name its name
     * @param value its value
     * @return this
     */
    public HttpAnswer with(CharSequence name, Object value) {
        headers.add(name, value);
        return this;
    }

    /**
     * The same with a body.
     *
     * @param contentType {@code text/plain; charset=utf-8}
     * @param text what it says
     */
    public HttpAnswer withBody(String contentType, String text) {
        headers.set("content-type", contentType);
        return new HttpAnswer(status, headers, text, cause);
    }
}
