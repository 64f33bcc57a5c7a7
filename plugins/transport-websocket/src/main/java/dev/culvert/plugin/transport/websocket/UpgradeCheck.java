package dev.culvert.plugin.transport.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a request opens a WebSocket here (RFC 6455, section 4.2.1). */
final class UpgradeCheck {

    private static final int KEY_BYTES = 16;
    private static final int SHOWN = 64;

    private UpgradeCheck() {}

    /** The status that refuses it, or null. */
    static @Nullable HttpResponseStatus refusal(HttpRequest request, String path) {
        if (request.decoderResult().isFailure()) {
            return tooLong(request.decoderResult().cause())
                    ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                    : HttpResponseStatus.BAD_REQUEST;
        }
        if (!pathOf(request).equals(path)) {
            return HttpResponseStatus.NOT_FOUND;
        }
        HttpHeaders headers = request.headers();
        boolean upgrade = request.method().equals(HttpMethod.GET)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
        if (!upgrade || !List.of(Handshake.VERSION).equals(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return HttpResponseStatus.UPGRADE_REQUIRED;
        }
        boolean sound = headers.getAll(HttpHeaderNames.HOST).size() == 1
                && hasKey(headers)
                && headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, Handshake.SUBPROTOCOL, false)
                && headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0")
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
        return sound ? null : HttpResponseStatus.BAD_REQUEST;
    }

    /** A request in a few words for the log. */
    static String describe(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return "what is not HTTP, or too long";
        }
        String text = request.method() + " " + request.uri();
        return "\"" + text.substring(0, Math.min(SHOWN, text.length())).replaceAll("[^ !#-~]", ".") + "\"";
    }

    private static boolean tooLong(@Nullable Throwable cause) {
        return cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException;
    }

    // A query is a front's to add; it changes nothing here.
    private static String pathOf(HttpRequest request) {
        int query = request.uri().indexOf('?');
        return query < 0 ? request.uri() : request.uri().substring(0, query);
    }

    private static boolean hasKey(HttpHeaders headers) {
        List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        try {
            return keys.size() == 1 && Base64.getDecoder().decode(keys.get(0)).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
