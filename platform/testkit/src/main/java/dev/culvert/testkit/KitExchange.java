package dev.culvert.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpEnd;
import dev.culvert.spi.http.HttpEnd.Outcome;
import dev.culvert.spi.http.HttpExchange;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import dev.culvert.spi.http.RequestIdentity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One request through a kit's filter, and its answer. Lives on the connection's loop. */
final class KitExchange implements HttpExchange, KitOrigin.Answer {

    private final HttpKit kit;
    private final ChannelHandlerContext ctx;
    private final HttpRequest request;
    private final Runnable finished;
    private final RequestIdentity identity;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable HttpPassage passage;
    private @Nullable HttpAnswer early;
    private @Nullable HttpResponseStatus answered;
    private boolean left;
    private boolean bodyRead;
    private boolean over;

    KitExchange(HttpKit kit, ChannelHandlerContext ctx, HttpRequest request, Runnable finished) {
        this.kit = kit;
        this.ctx = ctx;
        this.request = request;
        this.finished = finished;
        String target = request.uri();
        int mark = target.indexOf('?');
        identity = new RequestIdentity(
                ctx.channel().id().asShortText(),
                (InetSocketAddress) ctx.channel().remoteAddress(),
                false,
                "web.example",
                80,
                request.method(),
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1));
    }

    @Override
    public RequestIdentity identity() {
        return identity;
    }

    @Override
    public String tunnel() {
        return "web";
    }

    @Override
    public String account() {
        return "alice";
    }

    @Override
    public HttpHeaders headers() {
        return request.headers();
    }

    @Override
    public EventLoop eventLoop() {
        return ctx.channel().eventLoop();
    }

    @Override
    public void end(HttpAnswer answer) {
        onLoop(() -> answerWith(answer, Outcome.REFUSED));
    }

    /** The filter has spoken. */
    void decided(HttpVerdict verdict) {
        passage = verdict.passage();
        if (left) {
            over(Outcome.VISITOR_LEFT, null);
        } else if (verdict instanceof HttpVerdict.Answered refusal) {
            answerWith(refusal.answer(), Outcome.REFUSED);
        } else if (early != null) {
            answerWith(early, Outcome.REFUSED);
        }
    }

    void requestBody(ByteBuf part, boolean last) {
        if (over || passage == null) {
            part.release();
            bodyRead |= last;
            return;
        }
        bodyRead |= last;
        guarded(() -> {
            ByteBuf passed = passage().requestBody(part, last);
            body.writeBytes(ByteBufUtil.getBytes(passed));
            passed.release();
            if (last && !over) {
                kit.serve(
                        new KitOrigin.Request(
                                request.method().name(),
                                request.uri(),
                                request.headers().copy(),
                                body.toByteArray()),
                        this);
            }
        });
    }

    void visitorLeft() {
        left = true;
        if (passage != null) {
            over(Outcome.VISITOR_LEFT, null);
        }
    }

    @Override
    public void head(int status, HttpHeaders headers) {
        onLoop(() -> writeHead(HttpResponseStatus.valueOf(status), headers));
    }

    @Override
    public void part(byte[] bytes) {
        onLoop(() -> writeBody(Unpooled.copiedBuffer(bytes), false));
    }

    @Override
    public void end() {
        onLoop(() -> {
            writeBody(Unpooled.EMPTY_BUFFER, true);
            over(Outcome.COMPLETED, null);
        });
    }

    @Override
    public void fail() {
        onLoop(() -> answerWith(HttpAnswer.of(HttpResponseStatus.BAD_GATEWAY), Outcome.SERVICE_FAILED));
    }

    @Override
    public void send(int status, String contentType, byte[] bytes) {
        HttpHeaders headers = new DefaultHttpHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        head(status, headers);
        part(bytes);
        end();
    }

    private void answerWith(HttpAnswer answer, Outcome outcome) {
        if (over) {
            return;
        }
        if (passage == null) {
            early = answer;
            return;
        }
        if (answered != null) {
            over(outcome, answer.cause());
            ctx.close();
            return;
        }
        CulvertException cause = answer.cause();
        String text = answer.body().isEmpty() && cause != null ? cause.reason() : answer.body();
        byte[] bytes = text.getBytes(UTF_8);
        answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        writeHead(answer.status(), answer.headers());
        writeBody(Unpooled.copiedBuffer(bytes), true);
        over(outcome, cause);
    }

    private void writeHead(HttpResponseStatus status, HttpHeaders headers) {
        if (over) {
            return;
        }
        guarded(() -> {
            passage().response(status, headers);
            answered = status;
            HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers);
            if (!HttpUtil.isContentLengthSet(response) && status.code() != 204 && status.code() != 304) {
                HttpUtil.setTransferEncodingChunked(response, true);
            }
            HttpUtil.setKeepAlive(response, bodyRead);
            ctx.writeAndFlush(response);
        });
    }

    private void writeBody(ByteBuf part, boolean last) {
        if (over) {
            part.release();
            return;
        }
        guarded(() -> {
            ByteBuf passed = passage().responseBody(part, last);
            ctx.writeAndFlush(last ? new DefaultLastHttpContent(passed) : new DefaultHttpContent(passed));
        });
    }

    private void over(Outcome outcome, @Nullable CulvertException cause) {
        if (over) {
            return;
        }
        over = true;
        HttpEnd end = new HttpEnd(outcome, answered, cause);
        try {
            passage().ended(end);
        } catch (RuntimeException e) {
            // The platform logs that; the exchange is over all the same.
        }
        kit.ended(end);
        if (!bodyRead && !left) {
            farewell();
        }
        finished.run();
    }

    /** Closing at once, with the rest of a body unread, would be a reset, which may overtake the answer. */
    private void farewell() {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(written -> ((DuplexChannel) ctx.channel()).shutdownOutput());
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (answered == null) {
                passage = new Silent(passage());
            }
            answerWith(
                    HttpAnswer.refusal(
                            HttpResponseStatus.INTERNAL_SERVER_ERROR,
                            new CulvertException(FilterError.FILTER_FAILED, "a passage failed: " + e, e)),
                    Outcome.REFUSED);
        }
    }

    private HttpPassage passage() {
        return passage == null ? HttpPassage.NOTHING : passage;
    }

    private void onLoop(Runnable action) {
        if (eventLoop().inEventLoop()) {
            action.run();
        } else {
            eventLoop().execute(action);
        }
    }

    /** A passage that has failed hears of nothing but the end. */
    private record Silent(HttpPassage failed) implements HttpPassage {

        @Override
        public void ended(HttpEnd end) {
            failed.ended(end);
        }
    }
}
