package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.http.FilterError;
import dev.culvert.spi.http.HttpAnswer;
import dev.culvert.spi.http.HttpPassage;
import dev.culvert.spi.http.HttpVerdict;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One visitor's connection to an {@link HttpKit}: a request at a time, read as its filter permits. */
final class KitExchangeHandler extends ChannelInboundHandlerAdapter {

    private final HttpKit kit;
    private final Deque<Object> waiting = new ArrayDeque<>();
    private @Nullable KitExchange exchange;
    private boolean deciding;

    KitExchangeHandler(HttpKit kit) {
        this.kit = kit;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        waiting.add(message); // one read's worth: more is asked for only when it has been dealt with
        proceed(ctx);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (waiting.isEmpty()) {
            ctx.read();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        if (exchange != null) {
            exchange.visitorLeft();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            ctx.close(); // a visitor that says no more wants no answer either
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private void proceed(ChannelHandlerContext ctx) {
        while (!waiting.isEmpty() && !deciding) {
            Object next = waiting.peek();
            if (next instanceof HttpRequest request) {
                if (exchange != null) {
                    return; // pipelined: its turn comes
                }
                waiting.remove();
                begin(ctx, request);
            } else {
                waiting.remove();
                body((HttpContent) next);
            }
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        KitExchange begun = new KitExchange(kit, ctx, request, () -> finished(ctx));
        exchange = begun;
        deciding = true;
        kit.filter().request(begun).whenComplete((verdict, failure) -> {
            Runnable decided = () -> {
                deciding = false;
                begun.decided(failure == null ? verdict : failed(failure));
                proceed(ctx);
                if (waiting.isEmpty()) {
                    ctx.read();
                }
            };
            if (ctx.executor().inEventLoop()) {
                decided.run();
            } else {
                ctx.executor().execute(decided);
            }
        });
    }

    private void body(HttpContent content) {
        if (exchange == null) {
            content.release(); // what is left of a request that is answered
        } else {
            exchange.requestBody(content.content(), content instanceof LastHttpContent);
        }
    }

    private void finished(ChannelHandlerContext ctx) {
        exchange = null;
        ctx.executor().execute(() -> {
            proceed(ctx);
            if (waiting.isEmpty()) {
                ctx.read();
            }
        });
    }

    private static HttpVerdict failed(Throwable failure) {
        return new HttpVerdict.Answered(
                HttpAnswer.refusal(
                        HttpResponseStatus.INTERNAL_SERVER_ERROR,
                        new CulvertException(FilterError.FILTER_FAILED, "a filter failed.", failure)),
                HttpPassage.NOTHING);
    }
}
