package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.Network;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.stream.HeldReads;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A stream to a service that speaks HTTP/1.1, used for one request after another. Handles what comes from the service on
 * the stream's loop and hands it to whoever uses the stream now; its methods may be called from any.
 */
final class ServiceStream extends ChannelInboundHandlerAdapter implements ServiceEnd, PooledService {

    private final TunnelStream stream;
    private final DuplexChannel channel;
    private final ServicePool pool;
    private final ResponseDecoder decoder = new ResponseDecoder();
    private final HttpRequestEncoder encoder = new HttpRequestEncoder();
    private volatile @Nullable Exchange user;
    private volatile boolean closed;
    private volatile boolean reused;
    private volatile long idleSince;

    // Below: only touched on the stream's loop.
    private boolean upgraded;
    private boolean told;

    private ServiceStream(TunnelStream stream, ServicePool pool) {
        this.stream = stream;
        this.channel = stream.channel();
        this.pool = pool;
    }

    /** Puts HTTP on a stream, for its first user. */
    static ServiceStream on(TunnelStream stream, ServicePool pool) {
        ServiceStream service = new ServiceStream(stream, pool);
        service.channel.pipeline().addLast(service.encoder, service.decoder, service);
        return service;
    }

    @Override
    public TunnelStream stream() {
        return stream;
    }

    @Override
    public boolean isOpen() {
        return !closed && channel.isActive() && !decoder.hasLeftOver();
    }

    @Override
    public long idleSince() {
        return idleSince;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public boolean isLinkLost() {
        return PooledService.isLinkLost(stream);
    }

    @Override
    public void attach(Exchange exchange, HttpMethod method) {
        decoder.expect(method.equals(HttpMethod.HEAD));
        user = exchange;
        if (closed) {
            tell(exchange, lost()); // it ended before it had a user
        } else {
            channel.config().setAutoRead(true);
            PooledService.watchDial(stream, this, () -> user);
        }
    }

    @Override
    public void write(Object message) {
        channel.write(message); // ownership passes to the stream, even if the write fails
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
        pool.leave(this);
        Network.abort(channel);
    }

    @Override
    public void answered(boolean reusable) {
        user = null;
        pool.leave(this);
        if (reusable && isOpen()) {
            idleSince = System.nanoTime();
            reused = true;
            channel.config().setAutoRead(true);
            pool.put(this);
        } else {
            channel.close();
        }
    }

    @Override
    public boolean isIdle() {
        return user == null;
    }

    @Override
    public void use(ServicePool.Asker asker, @Nullable String token) {
        asker.opened(this, token);
    }

    @Override
    public void close() {
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Exchange exchange = user;
        if (upgraded) {
            if (message instanceof HttpContent) {
                ReferenceCountUtil.release(message); // the end of the head
            } else {
                ctx.fireChannelRead(message); // to be held until there is a bridge
            }
        } else if (exchange == null) {
            ReferenceCountUtil.release(message);
            channel.close(); // an answer to nothing
        } else if (message instanceof HttpResponse answer && answer.status().code() == 101) {
            upgrade(ctx, exchange, answer);
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
        if (upgraded) {
            ctx.fireUserEventTriggered(event);
        } else if (event instanceof ChannelInputShutdownEvent) {
            ended(lost());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ended(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended(lost());
    }

    private void ended(Throwable cause) {
        closed = true;
        pool.take(this);
        Exchange exchange = user;
        if (exchange == null || told) {
            channel.close();
            return;
        }
        told = true;
        tell(exchange, cause);
        Network.abort(channel);
    }

    // What the client says of its dial is a better reason than what has become of the stream.
    private void tell(Exchange exchange, Throwable cause) {
        stream.connected()
                .addListener((Future<Void> dialled) ->
                        exchange.serviceClosed(this, dialled.isSuccess() ? cause : dialled.cause()));
    }

    // What follows belongs to another protocol: it is held behind this handler until a bridge takes over.
    private void upgrade(ChannelHandlerContext ctx, Exchange exchange, HttpResponse answer) {
        upgraded = true;
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(new HeldReads());
        ctx.executor().execute(() -> {
            channel.pipeline().remove(decoder);
            channel.pipeline().remove(encoder);
            channel.pipeline().remove(this);
            exchange.serviceUpgraded(this, answer);
        });
    }

    private static CulvertException lost() {
        return new CulvertException(HttpError.NO_ANSWER, "the service ended before its answer did.");
    }
}
