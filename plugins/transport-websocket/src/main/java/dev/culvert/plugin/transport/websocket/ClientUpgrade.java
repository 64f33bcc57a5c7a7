package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.WireError;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** The client's half of the opening handshake (RFC 6455, section 4.1), behind an HTTP codec. */
final class ClientUpgrade extends ChannelInboundHandlerAdapter {

    private final UpgradeRequest request;
    private final HostPort server;
    private final UpgradeOutcome outcome;
    private final String key = UpgradeRequest.newKey();
    private boolean accepted;
    private boolean over;

    ClientUpgrade(UpgradeRequest request, HostPort server, UpgradeOutcome outcome) {
        this.request = request;
        this.server = server;
        this.outcome = outcome;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(request.withKey(key)).addListener(written -> {
            if (!written.isSuccess()) {
                lost(ctx, written.cause());
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (over) {
                return;
            }
            if (message instanceof HttpResponse response) {
                String complaint = complaint(response);
                if (complaint == null) {
                    accepted = true;
                } else {
                    end(ctx, refused(complaint));
                }
            }
            if (accepted && message instanceof LastHttpContent) {
                end(ctx, null);
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
            end(ctx, known);
        } else {
            lost(ctx, cause);
        }
    }

    private @Nullable String complaint(HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            return "what came is no HTTP answer";
        }
        HttpHeaders headers = response.headers();
        if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            return "the answer was " + response.status().code();
        }
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                || !Handshake.accept(key).equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))) {
            return "the answer is not a WebSocket's";
        }
        if (!Handshake.SUBPROTOCOL.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL))) {
            return "the WebSocket there does not speak the subprotocol " + Handshake.SUBPROTOCOL;
        }
        return headers.contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)
                ? "the answer has an extension that nobody asked for"
                : null;
    }

    private CulvertException refused(String complaint) {
        return new CulvertException(
                WireError.UPGRADE_REFUSED,
                "no WebSocket at path " + request.path() + " of server " + server + ": " + complaint + ".");
    }

    private void lost(ChannelHandlerContext ctx, @Nullable Throwable cause) {
        String how = cause == null ? "ended" : "was lost: " + cause.getMessage();
        end(
                ctx,
                new CulvertException(
                        WireError.TRANSPORT_FAILED,
                        "the connection to server " + server + " " + how
                                + " before the answer to the WebSocket request.",
                        cause));
    }

    private void end(ChannelHandlerContext ctx, @Nullable CulvertException failure) {
        if (!over) {
            over = true;
            outcome.accept(ctx, failure);
        }
    }
}
