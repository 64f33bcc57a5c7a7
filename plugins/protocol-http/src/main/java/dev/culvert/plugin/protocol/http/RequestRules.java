package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.EXPECT;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;

import dev.culvert.spi.HttpError;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that mean different things to different readers (RFC 9112, sections 3.2, 6.1 and 6.3), and reads what
 * the others are about. Thread-safe.
 */
final class RequestRules {

    private static final int MOST_DIGITS = 18;

    private RequestRules() {}

    /** What is wrong with a request, apart from what it asks for. */
    static @Nullable Refusal check(HttpRequest request) {
        Throwable failure = request.decoderResult().cause();
        if (failure != null) {
            return malformed(failure);
        }
        String version = request.protocolVersion().text();
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            return Refusal.of(
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
                    HttpError.VERSION_NOT_SUPPORTED,
                    "a version that is neither HTTP/1.0 nor HTTP/1.1.");
        }
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
            return Refusal.of(
                    HttpResponseStatus.METHOD_NOT_ALLOWED, HttpError.METHOD_NOT_ALLOWED, "method " + method + ".");
        }
        return framing(request);
    }

    /** What a request is about; null if that is ambiguous. */
    static @Nullable Identity identify(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HOST);
        Authority authority = hosts.size() == 1 ? Authority.parse(hosts.get(0)) : null;
        if (authority == null) {
            return null;
        }
        String target = request.uri();
        if (target.equals("*")) {
            return request.method().equals(HttpMethod.OPTIONS) ? new Identity(authority, "*", "") : null;
        }
        int path = 0;
        if (!target.startsWith("/")) {
            int scheme = schemeEnd(target);
            if (scheme < 0) {
                return null;
            }
            path = authorityEnd(target, scheme);
            Authority named = Authority.parse(target.substring(scheme, path));
            if (!authority.equals(named)) {
                return null;
            }
        }
        if (target.indexOf('#', path) >= 0 || target.indexOf('\\', path) >= 0) {
            return null;
        }
        int query = target.indexOf('?', path);
        String asked = target.substring(path, query < 0 ? target.length() : query);
        return new Identity(authority, asked.isEmpty() ? "/" : asked, query < 0 ? "" : target.substring(query));
    }

    private static @Nullable Refusal framing(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> lengths = headers.getAll(CONTENT_LENGTH);
        List<String> codings = headers.getAll(TRANSFER_ENCODING);
        if (!codings.isEmpty()) {
            boolean chunked = codings.size() == 1
                    && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(
                            codings.get(0).strip());
            if (!chunked || request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
                return Refusal.badRequest("a Transfer-Encoding other than \"chunked\" of HTTP/1.1.");
            }
            if (!lengths.isEmpty()) {
                return Refusal.badRequest("both Transfer-Encoding and Content-Length.");
            }
        }
        if (lengths.size() > 1 || lengths.size() == 1 && !isNumber(lengths.get(0))) {
            return Refusal.badRequest("a Content-Length that is not one number.");
        }
        String expected = headers.get(EXPECT);
        if (expected != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)) {
            return Refusal.of(
                    HttpResponseStatus.EXPECTATION_FAILED,
                    HttpError.BAD_REQUEST,
                    "an Expect other than \"100-continue\".");
        }
        return null;
    }

    private static Refusal malformed(Throwable failure) {
        if (failure instanceof TooLongHttpHeaderException) {
            return of(HttpError.HEAD_TOO_LARGE);
        }
        return of(failure instanceof TooLongHttpLineException ? HttpError.TARGET_TOO_LONG : HttpError.BAD_REQUEST);
    }

    /** As {@link RequestHead} found it. */
    static Refusal of(HttpError error) {
        return switch (error) {
            case HEAD_TOO_LARGE ->
                Refusal.of(
                        HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                        error,
                        "the head of the request is too large.");
            case TARGET_TOO_LONG ->
                Refusal.of(HttpResponseStatus.REQUEST_URI_TOO_LONG, error, "the target of the request is too long.");
            default -> Refusal.badRequest("what was sent is no request of HTTP/1.1.");
        };
    }

    private static boolean isNumber(String text) {
        if (text.isEmpty() || text.length() > MOST_DIGITS) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static int schemeEnd(String target) {
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            return 7;
        }
        return target.regionMatches(true, 0, "https://", 0, 8) ? 8 : -1;
    }

    private static int authorityEnd(String target, int from) {
        for (int i = from; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                return i;
            }
        }
        return target.length();
    }
}
