package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.Role;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;

/** An end that sends every frame of data back, text too, behind a handshake without a subprotocol. */
final class EchoOfFrames extends ChannelInboundHandlerAdapter {

    private static final int MAX_PAYLOAD = 32 * 1024 * 1024;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.write(message); // ownership passes
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // The end; ControlFrames closes.
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    /** What comes behind an HTTP codec named {@code http}. */
    static final class Opening extends ChannelInboundHandlerAdapter {

        private final Role role;
        private final String path;

        Opening(Role role, String path) {
            this.role = role;
            this.path = path;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (role == Role.CLIENT) {
                int port = ((InetSocketAddress) ctx.channel().remoteAddress()).getPort();
                FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
                request.headers()
                        .set(HttpHeaderNames.HOST, "127.0.0.1:" + port)
                        .set(HttpHeaderNames.UPGRADE, "websocket")
                        .set(HttpHeaderNames.CONNECTION, "Upgrade")
                        .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, UpgradeRequest.newKey())
                        .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, Handshake.VERSION);
                ctx.writeAndFlush(request);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                FullHttpResponse response = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
                response.headers()
                        .set(HttpHeaderNames.UPGRADE, "websocket")
                        .set(HttpHeaderNames.CONNECTION, "Upgrade")
                        .set(
                                HttpHeaderNames.SEC_WEBSOCKET_ACCEPT,
                                Handshake.accept(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY)));
                ctx.writeAndFlush(response);
            }
            boolean last = message instanceof LastHttpContent;
            ReferenceCountUtil.release(message);
            if (last) {
                ChannelPipeline pipeline = ctx.pipeline();
                Frames.addTo(pipeline, role, MAX_PAYLOAD);
                pipeline.addBefore("websocket-control", "utf8", new Utf8FrameValidator(false));
                pipeline.addLast(new EchoOfFrames());
                pipeline.remove(this);
                pipeline.remove("http");
            }
        }
    }
}
