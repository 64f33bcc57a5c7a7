package dev.culvert.plugin.protocol.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.PromiseNotifier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a head that nothing follows end its stream of HTTP/2 by itself: an empty frame of data behind it would be a body, and an
 * answer of gRPC that is trailers only would have none. Lives on the stream's loop.
 */
final class EmptyBodies extends ChannelOutboundHandlerAdapter {

    private @Nullable HttpMessage head;
    private @Nullable ChannelPromise promised;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        HttpMessage before = head;
        if (before != null && isNothing(message)) {
            ((LastHttpContent) message).release();
            ChannelPromise first = promised;
            head = null;
            promised = null;
            ctx.write(whole(before), promise);
            if (first != null) {
                promise.addListener(new PromiseNotifier<>(false, first));
            }
            return;
        }
        pass(ctx);
        if (message instanceof HttpMessage next && !(message instanceof FullHttpMessage)) {
            head = next;
            promised = promise;
        } else {
            ctx.write(message, promise); // ownership passes on
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        pass(ctx);
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        pass(ctx);
        ctx.close(promise);
    }

    private void pass(ChannelHandlerContext ctx) {
        HttpMessage before = head;
        ChannelPromise first = promised;
        head = null;
        promised = null;
        if (before != null && first != null) {
            ctx.write(before, first);
        }
    }

    private static boolean isNothing(Object message) {
        return message instanceof LastHttpContent last
                && !(message instanceof HttpMessage)
                && !last.content().isReadable()
                && last.trailingHeaders().isEmpty();
    }

    private static FullHttpMessage whole(HttpMessage head) {
        return head instanceof HttpRequest request
                ? new DefaultFullHttpRequest(
                        request.protocolVersion(),
                        request.method(),
                        request.uri(),
                        Unpooled.EMPTY_BUFFER,
                        request.headers(),
                        EmptyHttpHeaders.INSTANCE)
                : new DefaultFullHttpResponse(
                        head.protocolVersion(),
                        ((HttpResponse) head).status(),
                        Unpooled.EMPTY_BUFFER,
                        head.headers(),
                        EmptyHttpHeaders.INSTANCE);
    }
}
