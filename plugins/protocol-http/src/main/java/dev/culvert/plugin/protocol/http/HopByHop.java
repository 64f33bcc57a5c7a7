package dev.culvert.plugin.protocol.http;

import static io.netty.handler.codec.http.HttpHeaderNames.AUTHORIZATION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.COOKIE;
import static io.netty.handler.codec.http.HttpHeaderNames.EXPECT;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.PROXY_AUTHENTICATE;
import static io.netty.handler.codec.http.HttpHeaderNames.PROXY_AUTHORIZATION;
import static io.netty.handler.codec.http.HttpHeaderNames.SET_COOKIE;
import static io.netty.handler.codec.http.HttpHeaderNames.TE;
import static io.netty.handler.codec.http.HttpHeaderNames.TRAILER;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderNames.UPGRADE;

import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.HttpConversionUtil;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Fields that end at the next hop (RFC 9110, section 7.6.1), and the one upgrade that is let through. */
final class HopByHop {

    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");

    /** Whoever names these in Connection wants to hide them from the service, or to change where a message ends. */
    private static final Set<String> KEPT = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "content-type",
            "content-encoding",
            "authorization",
            "cookie",
            "set-cookie",
            "origin",
            "expect",
            "trailer",
            "location");

    private static final List<AsciiString> NOT_IN_TRAILERS = List.of(
            HOST,
            CONTENT_LENGTH,
            TRANSFER_ENCODING,
            TRAILER,
            AUTHORIZATION,
            COOKIE,
            SET_COOKIE,
            CONTENT_ENCODING,
            EXPECT);

    private HopByHop() {}

    /** Removes them; of {@code TE} the word {@code trailers} stays. */
    static void strip(HttpHeaders headers) {
        if (headers.contains(CONNECTION)) {
            for (String value : headers.getAll(CONNECTION)) {
                removeNamed(headers, value);
            }
            headers.remove(CONNECTION);
        }
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(PROXY_AUTHENTICATE);
        headers.remove(PROXY_AUTHORIZATION);
        headers.remove(HTTP2_SETTINGS);
        headers.remove(UPGRADE);
        if (headers.contains(TE)) {
            boolean trailers = headers.containsValue(TE, TRAILERS, true);
            headers.remove(TE);
            if (trailers) {
                headers.set(TE, TRAILERS);
            }
        }
        if (headers.contains(TRANSFER_ENCODING)) {
            // It has been found to be that; the next reader may mind how it is written.
            headers.set(TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
    }

    /** Removes from trailers what means something in a head alone (RFC 9110, section 6.5.1). */
    static void stripTrailers(HttpHeaders trailers) {
        if (!trailers.isEmpty()) {
            strip(trailers);
            NOT_IN_TRAILERS.forEach(trailers::remove);
        }
    }

    /** Removes what Netty's codec notes in requests of HTTP/2. */
    static void stripOfHttp2(HttpHeaders headers) {
        for (HttpConversionUtil.ExtensionHeaderNames name : HttpConversionUtil.ExtensionHeaderNames.values()) {
            headers.remove(name.text());
        }
    }

    /** Whether a request asks for a WebSocket (RFC 6455, section 4.1). */
    static boolean asksForWebSocket(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> wanted = headers.contains(UPGRADE) ? headers.getAll(UPGRADE) : List.of();
        return wanted.size() == 1
                && WEBSOCKET.contentEqualsIgnoreCase(wanted.get(0))
                && request.method().equals(HttpMethod.GET)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && headers.containsValue(CONNECTION, HttpHeaderValues.UPGRADE, true)
                && !Framing.hasBody(request);
    }

    /** Whether an answer of 101 is to that. */
    static boolean agreesToWebSocket(HttpResponse answer) {
        return answer.headers().containsValue(UPGRADE, WEBSOCKET, true)
                && answer.headers().getAll(UPGRADE).size() == 1;
    }

    /** Says the upgrade to the next hop. */
    static void upgrade(HttpHeaders headers) {
        headers.set(CONNECTION, HttpHeaderValues.UPGRADE);
        headers.set(UPGRADE, WEBSOCKET);
    }

    private static void removeNamed(HttpHeaders headers, String value) {
        int start = 0;
        while (start < value.length()) {
            int comma = value.indexOf(',', start);
            int end = comma < 0 ? value.length() : comma;
            String name = value.substring(start, end).strip().toLowerCase(Locale.ROOT);
            if (!name.isEmpty() && !KEPT.contains(name)) {
                headers.remove(name);
            }
            start = end + 1;
        }
    }
}
