package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HttpError;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A stream to a service that speaks HTTP/2: a connection of that, used for one request after another, each on a stream of its
 * own. What is called from elsewhere is thread-safe; the rest lives on the stream's loop.
 */
final class Http2Service extends ChannelInboundHandlerAdapter implements PooledService {

    private static final int WINDOW = 256 * 1024;
    private static final int MOST_OF_A_HEAD = 64 * 1024;

    private final TunnelStream stream;
    private final DuplexChannel channel;
    private final ServicePool pool;
    private final Http2FrameCodec codec;
    private volatile boolean closed;
    private volatile boolean used;
    private volatile boolean idle;
    private volatile long idleSince;
    private volatile @Nullable CulvertException fault;

    private Http2Service(TunnelStream stream, ServicePool pool) {
        this.stream = stream;
        this.channel = stream.channel();
        this.pool = pool;
        this.codec = Http2FrameCodecBuilder.forClient()
                .gracefulShutdownTimeoutMillis(0) // whoever closes it has nothing left to wait for
                .initialSettings(Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .initialWindowSize(WINDOW)
                        .maxHeaderListSize(MOST_OF_A_HEAD))
                .validateHeaders(true)
                .build();
    }

    /** Puts HTTP/2 on a stream, for its first user. */
    static Http2Service on(TunnelStream stream, ServicePool pool) {
        Http2Service service = new Http2Service(stream, pool);
        service.channel.pipeline().addLast(service.codec, new Http2MultiplexHandler(new Nothing()), service);
        service.channel.config().setAutoRead(true);
        return service;
    }

    @Override
    public TunnelStream stream() {
        return stream;
    }

    @Override
    public boolean isOpen() {
        return !closed && channel.isActive();
    }

    @Override
    public long idleSince() {
        return idleSince;
    }

    @Override
    public boolean isIdle() {
        return idle;
    }

    @Override
    public void use(ServicePool.Asker asker, @Nullable String token) {
        boolean again = used;
        used = true;
        idle = false;
        new Http2StreamChannelBootstrap(channel)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel child) {
                        // What a request needs is added when there is one.
                    }
                })
                .open()
                .addListener((Future<Http2StreamChannel> opened) -> {
                    if (opened.isSuccess()) {
                        Http2Request request = new Http2Request(this, opened.getNow(), again);
                        opened.getNow()
                                .pipeline()
                                .addLast(new Http2StreamFrameToHttpObjectCodec(false), new EmptyBodies(), request);
                        asker.opened(request, token);
                    } else {
                        channel.close();
                        whyLost(asker::notOpened);
                    }
                });
    }

    /** A request is over. */
    void leave() {
        pool.leave(this);
    }

    /** A request is over, and nothing of it is left: another may follow. */
    void done() {
        leave();
        idleSince = System.nanoTime();
        idle = true;
        if (isOpen()) {
            pool.put(this);
        } else {
            channel.close();
        }
    }

    @Override
    public void close() {
        channel.close();
    }

    /** Says why there is no more to come, as soon as that is known. */
    void whyLost(java.util.function.Consumer<Throwable> told) {
        // What the client says of its dial is a better reason than what has become of the stream.
        stream.connected().addListener((Future<Void> dialled) -> {
            CulvertException wrong = fault;
            told.accept(
                    !dialled.isSuccess()
                            ? dialled.cause()
                            : wrong != null
                                    ? wrong
                                    : new CulvertException(
                                            HttpError.NO_ANSWER, "the service ended before its answer did."));
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Http2Exception {
        // One request at a time: the connection is as wide as its stream.
        codec.connection()
                .local()
                .flowController()
                .incrementWindowSize(
                        codec.connection().connectionStream(), WINDOW - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
        ctx.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2GoAwayFrame) {
            retire(ctx);
        }
        ReferenceCountUtil.release(message); // frames of the connection, which the codec has seen to
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            closed = true;
            pool.take(this);
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        boolean known = Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null;
        if (known) {
            fault = new CulvertException(HttpError.BAD_ANSWER, "the service sent what is no HTTP/2.", cause);
        } else {
            ctx.close(); // else the codec says goodbye with the right code, after this
        }
        closed = true;
        pool.take(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        pool.take(this);
        ctx.fireChannelInactive();
    }

    // The request that is open goes on.
    private void retire(ChannelHandlerContext ctx) {
        closed = true;
        if (pool.take(this)) {
            ctx.close();
        }
    }

    /** For streams that a service would open: it is not allowed to. */
    @io.netty.channel.ChannelHandler.Sharable
    private static final class Nothing extends ChannelInboundHandlerAdapter {}
}
