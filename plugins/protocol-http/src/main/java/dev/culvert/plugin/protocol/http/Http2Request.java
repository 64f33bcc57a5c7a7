package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One request to a service that speaks HTTP/2, on a stream of its own. Handles what comes on the stream's loop; its methods may
 * be called from any.
 */
final class Http2Request extends ChannelInboundHandlerAdapter implements ServiceEnd {

    private final Http2Service service;
    private final Http2StreamChannel channel;
    private final boolean reused;
    private volatile @Nullable Exchange user;
    private volatile boolean closed;

    // Below: only touched on the stream's loop.
    private boolean told;

    Http2Request(Http2Service service, Http2StreamChannel channel, boolean reused) {
        this.service = service;
        this.channel = channel;
        this.reused = reused;
    }

    @Override
    public TunnelStream stream() {
        return service.stream();
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean isLinkLost() {
        return PooledService.isLinkLost(service.stream());
    }

    @Override
    public void attach(Exchange exchange, HttpMethod method) {
        user = exchange;
        if (closed) {
            service.whyLost(cause -> exchange.serviceClosed(this, cause));
        } else {
            PooledService.watchDial(service.stream(), this, () -> user);
        }
    }

    @Override
    public void write(Object message) {
        if (message instanceof HttpRequest) {
            channel.write(message).addListener(written -> {
                if (!written.isSuccess()) {
                    channel.eventLoop().execute(() -> ended(null));
                }
            });
        } else {
            channel.write(message); // ownership passes to the stream, even if the write fails
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void read(boolean on) {
        channel.config().setAutoRead(on);
    }

    @Override
    public void reset() {
        user = null;
        service.leave();
        channel.close().addListener(reset -> service.close()); // with RST_STREAM, unless both have said all
    }

    @Override
    public void answered(boolean reusable) {
        user = null;
        // The stream closes by itself: both have said all, or will have as soon as the service reads it.
        service.done();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Exchange exchange = user;
        if (exchange == null) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpResponse answer) {
            HopByHop.stripOfHttp2(answer.headers());
        }
        if (message instanceof FullHttpResponse whole) {
            exchange.serviceRead(
                    this, new DefaultHttpResponse(whole.protocolVersion(), whole.status(), whole.headers()));
            DefaultLastHttpContent last = new DefaultLastHttpContent(whole.content()); // ownership passes on
            exchange.serviceRead(this, last);
        } else {
            exchange.serviceRead(this, message); // ownership passes on
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange exchange = user;
        if (exchange != null) {
            exchange.serviceReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange exchange = user;
        if (exchange != null && channel.isWritable()) {
            exchange.serviceWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            Http2Error code = Http2Error.valueOf(reset.errorCode());
            ended(new CulvertException(HttpError.NO_ANSWER, "the service reset its answer (" + code + ")."));
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ended(new CulvertException(HttpError.BAD_ANSWER, "the service sent what is no answer of HTTP/2.", cause));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended(null);
    }

    private void ended(@Nullable CulvertException cause) {
        closed = true;
        Exchange exchange = user;
        if (exchange != null && !told) {
            told = true;
            if (cause == null) {
                service.whyLost(lost -> exchange.serviceClosed(this, lost));
            } else {
                exchange.serviceClosed(this, cause);
            }
        }
        channel.close();
    }
}
