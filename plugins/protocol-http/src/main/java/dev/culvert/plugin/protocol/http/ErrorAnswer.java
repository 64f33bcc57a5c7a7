package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.HttpAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * What a visitor gets when there is no answer of a service: text, JSON or a page, as it likes; with the code and the id of
 * the request, and with nothing that belongs to a tenant.
 */
final class ErrorAnswer {

    private static final String RETRY_SECONDS = "5";

    private ErrorAnswer() {}

    /** Writes a filter's answer: as it is, or as a page if it is a refusal without a body. */
    static void write(VisitorEnd visitor, HttpAnswer given, Asked asked) {
        CulvertException cause = given.cause();
        if (cause != null && given.body().isEmpty()) {
            write(visitor, new Refusal(given.status(), cause), asked, given.headers());
            return;
        }
        ByteBuf body = Unpooled.copiedBuffer(given.body(), UTF_8);
        int length = body.readableBytes();
        boolean head = asked.method().equals(HttpMethod.HEAD);
        if (head) {
            body.clear();
        }
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, given.status(), body);
        answer.headers().add(given.headers());
        if (given.status().code() != 204 && given.status().code() != 304) {
            answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        }
        answer.headers().set("x-request-id", asked.id());
        if (cause != null) {
            answer.headers().set("x-culvert-error", cause.code().code());
        }
        if (visitor.isLast()) {
            answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        visitor.answersToHead(head);
        visitor.write(answer); // ownership passes on
        visitor.flush();
    }

    /** Writes the whole answer; the caller ends the exchange. */
    static void write(VisitorEnd visitor, Refusal refusal, Asked asked) {
        write(visitor, refusal, asked, EmptyHttpHeaders.INSTANCE);
    }

    private static void write(VisitorEnd visitor, Refusal refusal, Asked asked, HttpHeaders more) {
        HttpResponseStatus status = refusal.status();
        Form form = Form.liked(asked.accept());
        ByteBuf body =
                Unpooled.copiedBuffer(form.render(status, refusal.cause().code().code(), asked.id()), UTF_8);
        int length = body.readableBytes();
        if (asked.method().equals(HttpMethod.HEAD)) {
            body.clear();
        }
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        HttpHeaders headers = answer.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, form.type);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        headers.set("x-content-type-options", "nosniff");
        headers.set("x-request-id", asked.id());
        headers.set("x-culvert-error", refusal.cause().code().code());
        if (form == Form.PAGE) {
            headers.set(
                    "content-security-policy",
                    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'");
        }
        if (status.code() == 503) {
            headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS);
        }
        if (status.code() == 405) {
            headers.set(HttpHeaderNames.ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        }
        more.names().forEach(name -> headers.set(name, more.getAll(name)));
        if (visitor.isLast()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        visitor.answersToHead(asked.method().equals(HttpMethod.HEAD));
        visitor.write(answer); // ownership passes on
        visitor.flush();
    }

    /** What a stranger is told: what kind of failure, not whose and where. */
    private static String sentence(int status) {
        return switch (status) {
            case 400 -> "The request is not one that can be passed on.";
            case 401 -> "Who you are has to be shown here.";
            case 403 -> "This address is not for you.";
            case 404 -> "There is nothing at this address.";
            case 405 -> "This method is not passed on.";
            case 408 -> "The request took too long to arrive.";
            case 413 -> "The request is too large.";
            case 414 -> "The address is too long.";
            case 417 -> "This expectation cannot be met.";
            case 421 -> "This connection was made for another host.";
            case 429 -> "There are too many requests at once.";
            case 431 -> "The head of the request is too large.";
            case 502 -> "The service behind this address cannot be reached now.";
            case 503 -> "The service behind this address is not available for the moment.";
            case 504 -> "The service behind this address did not answer in time.";
            case 505 -> "This version of HTTP is not spoken here.";
            default -> "The request was not passed on.";
        };
    }

    private enum Form {
        TEXT("text/plain; charset=utf-8") {
            @Override
            String render(HttpResponseStatus status, String code, String id) {
                return status + "\n" + sentence(status.code()) + "\n" + code + ", request " + id + "\n";
            }
        },
        JSON("application/json") {
            @Override
            String render(HttpResponseStatus status, String code, String id) {
                return "{\"status\":" + status.code() + ",\"error\":\"" + code + "\",\"message\":\""
                        + sentence(status.code()) + "\",\"request_id\":\"" + id + "\"}\n";
            }
        },
        PAGE("text/html; charset=utf-8") {
            @Override
            String render(HttpResponseStatus status, String code, String id) {
                return """
                        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>%1$s</title>
                        <meta name="viewport" content="width=device-width">
                        <style>body{font:1em/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em}
                        small{color:#666}</style></head>
                        <body><h1>%1$s</h1><p>%2$s</p><p><small>%3$s, request %4$s</small></p></body></html>
                        """.formatted(status, sentence(status.code()), code, id);
            }
        };

        private final String type;

        Form(String type) {
            this.type = type;
        }

        abstract String render(HttpResponseStatus status, String code, String id);

        static Form liked(@Nullable String accept) {
            if (accept == null) {
                return TEXT;
            }
            int page = accept.indexOf("text/html");
            int json = accept.indexOf("json");
            if (page >= 0 && (json < 0 || page < json)) {
                return PAGE;
            }
            return json >= 0 ? JSON : TEXT;
        }
    }
}
