package dev.culvert.plugin.protocol.http;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** Sends visitors elsewhere: to https, or to where the tunnel says. */
final class Redirect {

    private Redirect() {}

    /** Where to; null if the service is to answer. */
    static @Nullable String of(Route route, Identity identity, boolean secure) {
        String elsewhere = route.parameters().redirect();
        if (elsewhere != null) {
            // Without a path of its own it keeps the visitor's.
            boolean whole = elsewhere.indexOf('/', elsewhere.indexOf("://") + 3) >= 0;
            return whole ? elsewhere : elsewhere + identity.target();
        }
        if (route.parameters().forceHttps() && !secure) {
            return "https://" + identity.authority().host() + identity.target();
        }
        return null;
    }

    static void write(VisitorEnd visitor, String location, Asked asked) {
        // Keeps the method, RFC 9110, section 15.4.9.
        var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.PERMANENT_REDIRECT);
        HttpHeaders headers = answer.headers();
        headers.set(HttpHeaderNames.LOCATION, location);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        headers.set("x-request-id", asked.id());
        if (asked.hasBody()) {
            visitor.endAfterThis();
        }
        if (visitor.isLast()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        visitor.answersToHead(asked.method().equals(HttpMethod.HEAD));
        visitor.write(answer);
        visitor.flush();
    }
}
