package dev.culvert.plugin.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.protocol.IncomingStream;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The method CONNECT of HTTP/1.1 (RFC 9110, section 9.3.6), with or without {@code Proxy-Authorization: Basic}. */
final class HttpConnectHandshake extends ProxyHandshake {

    private static final int MOST_LINE = 4 << 10;
    private static final int MOST_HEADERS = 8 << 10;
    private static final String BASIC = "Basic ";

    private final HttpRequestDecoder decoder = new HttpRequestDecoder(
            new HttpDecoderConfig().setMaxInitialLineLength(MOST_LINE).setMaxHeaderSize(MOST_HEADERS));
    private final HttpResponseEncoder encoder = new HttpResponseEncoder();
    private @Nullable Wanted wanted;

    HttpConnectHandshake(ProxyService service, IncomingStream stream) {
        super(service, stream);
    }

    @Override
    void addCodec() {
        channel().pipeline().addLast(encoder, decoder);
    }

    @Override
    void asked(Object message) {
        if (message instanceof HttpRequest request) {
            asked(request);
        }
        Wanted where = wanted;
        if (message instanceof LastHttpContent && where != null) {
            connect(where); // not before: the decoder would go on with the end of this request
        }
    }

    @Override
    void removeDecoder() {
        remove(decoder);
    }

    @Override
    void removeEncoder() {
        remove(encoder);
    }

    @Override
    Object success() {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, new HttpResponseStatus(200, "Connection established"), Unpooled.EMPTY_BUFFER);
    }

    @Override
    Object refusal(CulvertException cause) {
        return answer(status(cause.code()), cause);
    }

    private void asked(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            fail("the visitor does not speak HTTP/1.1, or says too much");
            return;
        }
        ProxyLogin login = login();
        String credential = request.headers().get(HttpHeaderNames.PROXY_AUTHORIZATION);
        if (login != null && !isGiven(login, credential)) {
            CulvertException cause = new CulvertException(
                    ServiceError.CREDENTIAL_REFUSED,
                    credential == null
                            ? "the visitor gave no user name and password."
                            : "the visitor's user name or password is another.");
            refuse(cause, answer(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED, cause));
        } else if (!request.method().equals(HttpMethod.CONNECT)) {
            CulvertException cause = new CulvertException(
                    ServiceError.HANDSHAKE_FAILED, "the visitor asked by another method than CONNECT.");
            refuse(cause, answer(HttpResponseStatus.METHOD_NOT_ALLOWED, cause));
        } else if (request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                || request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            fail("the visitor's CONNECT has a body");
        } else {
            target(request.uri());
        }
    }

    private void target(String uri) {
        try {
            wanted = Wanted.ofAuthority(uri);
        } catch (IllegalArgumentException e) {
            fail("the visitor asked for " + e.getMessage());
        }
    }

    private static boolean isGiven(ProxyLogin login, @Nullable String credential) {
        if (credential == null || !credential.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return false;
        }
        try {
            String given = new String(
                    Base64.getDecoder()
                            .decode(credential.substring(BASIC.length()).strip()),
                    UTF_8);
            int colon = given.indexOf(':');
            return colon >= 0 && login.isGivenBy(given.substring(0, colon), given.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static FullHttpResponse answer(HttpResponseStatus status, CulvertException cause) {
        // The code alone: the detail may be about the network behind the client.
        FullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                status,
                Unpooled.copiedBuffer(cause.code().code() + " " + status.reasonPhrase() + "\n", UTF_8));
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (status.equals(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED)) {
            answer.headers().set(HttpHeaderNames.PROXY_AUTHENTICATE, "Basic realm=\"culvert\", charset=\"UTF-8\"");
        } else if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            answer.headers().set(HttpHeaderNames.ALLOW, HttpMethod.CONNECT);
        }
        return answer;
    }

    private static HttpResponseStatus status(ErrorCode code) {
        if (!(code instanceof ServiceError known)) {
            return HttpResponseStatus.BAD_GATEWAY;
        }
        return switch (known) {
            case DESTINATION_NOT_LISTED -> HttpResponseStatus.FORBIDDEN;
            case TIMEOUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
            case HANDSHAKE_FAILED -> HttpResponseStatus.BAD_REQUEST;
            default -> HttpResponseStatus.BAD_GATEWAY;
        };
    }
}
