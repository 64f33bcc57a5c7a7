package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.HostPort;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.stream.Collectors;

/** CONNECT (RFC 9110, section 9.3.6), with Basic authentication from the start where a password is configured. */
final class HttpConnect extends ProxyConnect {

    private static final String CODEC = "proxy-http";
    private static final int MAX_LINE = 2 * 1024;
    private static final int SHOWN = 80;

    private boolean connected;

    HttpConnect(Proxy proxy, HostPort server, Promise<Void> done) {
        super(proxy, server, done);
    }

    @Override
    void begin(ChannelHandlerContext ctx) {
        HttpDecoderConfig bounded =
                new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE).setMaxHeaderSize(AnswerLimit.MAX_BYTES);
        ctx.pipeline().addBefore(ctx.name(), CODEC, new HttpClientCodec(bounded, false, false));
        FullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.CONNECT, server().toString());
        request.headers().set(HttpHeaderNames.HOST, server().toString());
        Login login = proxy().login();
        if (login != null) {
            request.headers().set(HttpHeaderNames.PROXY_AUTHORIZATION, basic(login));
        }
        say(ctx, request);
    }

    @Override
    void onAnswer(ChannelHandlerContext ctx, Object answer) {
        if (answer instanceof HttpResponse response) {
            judge(response);
        }
        if (connected && answer instanceof LastHttpContent) {
            succeed();
        }
    }

    @Override
    void removeCodec(ChannelPipeline pipeline) {
        pipeline.remove(CODEC);
    }

    private void judge(HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            strange("answers with what is not HTTP", response.decoderResult().cause());
            return;
        }
        HttpResponseStatus status = response.status();
        if (isPage(response)) {
            strange("answers CONNECT with a page of its own (" + status.code() + ")", null);
        } else if (status.codeClass() == HttpStatusClass.SUCCESS) {
            connected = true;
        } else if (status.equals(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED)) {
            refused((proxy().login() == null ? "wants a username and a password" : "rejects the username or password")
                    + schemes(response));
        } else if (status.codeClass() == HttpStatusClass.SERVER_ERROR
                && !status.equals(HttpResponseStatus.NOT_IMPLEMENTED)) {
            unreachable("it answers " + status.code());
        } else if (status.equals(HttpResponseStatus.FORBIDDEN) || status.equals(HttpResponseStatus.UNAUTHORIZED)) {
            refused("refuses to connect to " + server() + " (" + status.code() + ")");
        } else {
            strange("answers CONNECT with " + status.code(), null);
        }
    }

    // A page instead of a connection: a network that wants a login first.
    private static boolean isPage(HttpResponse response) {
        HttpStatusClass kind = response.status().codeClass();
        String length = response.headers().get(HttpHeaderNames.CONTENT_LENGTH, "0");
        return kind == HttpStatusClass.REDIRECTION
                || kind == HttpStatusClass.SUCCESS
                        && (!length.equals("0")
                                || response.headers()
                                        .get(HttpHeaderNames.CONTENT_TYPE, "")
                                        .toLowerCase(Locale.ROOT)
                                        .startsWith("text/html"));
    }

    private static String schemes(HttpResponse response) {
        String offered = response.headers().getAll(HttpHeaderNames.PROXY_AUTHENTICATE).stream()
                .map(challenge -> challenge.split(" ", 2)[0])
                .collect(Collectors.joining(", "));
        String shown = offered.substring(0, Math.min(SHOWN, offered.length())).replaceAll("[^ !#-~]", ".");
        return offered.isEmpty() || offered.toLowerCase(Locale.ROOT).contains("basic")
                ? ""
                : "; it takes " + shown + ", and this client can only do Basic";
    }

    private static String basic(Login login) {
        String pair = login.username() + ":" + login.password().reveal();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
