package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The server's half of the opening handshake (RFC 6455, section 4.2). It needs an HTTP codec before it in the pipeline,
 * whoever put it there. What it refuses gets a status and not a word more.
 */
final class ServerUpgrade extends ChannelInboundHandlerAdapter {

    private final String path;
    private final UpgradeOutcome outcome;
    private @Nullable String key;
    private boolean over;

    ServerUpgrade(String path, UpgradeOutcome outcome) {
        this.path = path;
        this.outcome = outcome;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (over) {
                return;
            }
            if (message instanceof HttpRequest request) {
                HttpResponseStatus refusal = UpgradeCheck.refusal(request, path);
                if (refusal == null) {
                    key = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
                } else {
                    refuse(ctx, refusal, UpgradeCheck.describe(request));
                }
            }
            if (key != null && message instanceof LastHttpContent) {
                over = true;
                ctx.writeAndFlush(switching(key));
                outcome.accept(ctx, null);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            lost(ctx, null);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost(ctx, null);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CulvertException known) {
            fail(ctx, known);
        } else {
            lost(ctx, cause);
        }
    }

    private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status, String request) {
        over = true;
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(HttpHeaderNames.CONTENT_LENGTH, 0);
        if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, Handshake.VERSION);
        }
        // Told once it is written: then the connection is closed.
        ctx.writeAndFlush(response)
                .addListener(written -> outcome.accept(
                        ctx,
                        new CulvertException(
                                WireError.UPGRADE_REFUSED, "answered " + status.code() + " to " + request + ".")));
    }

    private static FullHttpResponse switching(String key) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, Handshake.accept(key))
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, Handshake.SUBPROTOCOL);
        return response;
    }

    private void lost(ChannelHandlerContext ctx, @Nullable Throwable cause) {
        String how = cause == null ? "ended" : "was lost: " + cause.getMessage();
        fail(
                ctx,
                new CulvertException(
                        WireError.TRANSPORT_FAILED,
                        "websocket: the connection " + how + " before the handshake.",
                        cause));
    }

    private void fail(ChannelHandlerContext ctx, CulvertException failure) {
        if (!over) {
            over = true;
            outcome.accept(ctx, failure);
        }
    }
}
