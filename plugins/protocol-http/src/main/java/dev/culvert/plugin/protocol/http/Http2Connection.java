package dev.culvert.plugin.protocol.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A visitor's connection of HTTP/2: its frames become requests, one on each stream. What a stranger may cost is bounded by
 * Netty's codec: streams, resets, empty and continued frames, queued control frames, the size of heads.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Departure.Connection {

    private static final int WINDOW = 256 * 1024;

    private static final String IDLE = "http2-idle";
    private static final String FRAMES = "http2-frames";
    private static final String CODEC = "http2-codec";
    private static final String STREAMS = "http2-streams";

    /** How many requests may have been on their way when the visitor is told that none is taken any more. */
    private static final int ON_THEIR_WAY = 1000;

    private final Http2FrameCodec codec;
    private final Departure departure;
    private @Nullable ChannelHandlerContext context;

    private Http2Connection(Http2FrameCodec codec, Departure departure) {
        this.codec = codec;
        this.departure = departure;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        departure.add(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        departure.remove(this);
    }

    // RFC 9113, section 6.8: what is on its way is taken, then the connection ends.
    @Override
    public void leave() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        ctx.executor().execute(() -> {
            ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(ON_THEIR_WAY));
            ctx.executor()
                    .schedule(
                            () -> {
                                if (codec.connection().numActiveStreams() == 0) {
                                    ctx.close();
                                }
                            },
                            Departure.PATIENCE.toMillis(),
                            TimeUnit.MILLISECONDS);
        });
    }

    /** Adds what a connection needs after a handler. */
    static void speak(ChannelHandlerContext after, Front front, Peer peer) {
        Limits limits = front.limits();
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(limits.maxStreams())
                        .initialWindowSize(WINDOW)
                        .maxHeaderListSize(limits.maxHead().bytes()))
                .validateHeaders(true)
                .build();
        ChannelPipeline pipeline = after.pipeline();
        long idle = limits.keepAlive().toMillis();
        // In this order: each looks for the one before it. What has been read goes to the first of them afterwards.
        pipeline.addAfter(after.name(), IDLE, new IdleStateHandler(0, 0, idle, TimeUnit.MILLISECONDS));
        pipeline.addAfter(IDLE, FRAMES, new Http2Frames(codec));
        pipeline.addAfter(FRAMES, CODEC, codec);
        pipeline.addAfter(CODEC, STREAMS, new Http2MultiplexHandler(streams(front, peer)));
        pipeline.addAfter(STREAMS, null, new Http2Connection(codec, front.departure()));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message); // frames of the connection, which the codec has seen to
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        boolean nothingOpen = codec.connection().numActiveStreams() == 0;
        if (event instanceof ChannelInputShutdownEvent || event instanceof IdleStateEvent && nothingOpen) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            ctx.close(); // else the codec says goodbye with the right code, after this
        }
    }

    private static ChannelInitializer<Channel> streams(Front front, Peer peer) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                Reading reading = new Reading(stream);
                VisitorHandler[] handler = new VisitorHandler[1];
                Deadline deadline = new Deadline(stream.eventLoop(), () -> handler[0].expired());
                handler[0] = new VisitorHandler(front, peer, ctx -> new Http2Visitor(ctx, reading, deadline));
                stream.pipeline()
                        .addLast(
                                new Http2Rules(front.limits()),
                                new Http2StreamFrameToHttpObjectCodec(true),
                                new EmptyBodies(),
                                handler[0]);
            }
        };
    }
}
