package dev.culvert.testkit;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;

/**
 * Joins two channels as the platform does, without its counting, timeouts and care for speed: bytes, backpressure, the end
 * of one direction, and abnormal ends as resets.
 */
final class KitBridge extends ChannelInboundHandlerAdapter {

    private final DuplexChannel channel;
    private final DuplexChannel peer;
    private boolean inputEnded;

    private KitBridge(DuplexChannel channel, DuplexChannel peer) {
        this.channel = channel;
        this.peer = peer;
    }

    /** Both are registered, on one loop or two, and not read yet. */
    static void join(DuplexChannel a, DuplexChannel b) {
        a.pipeline().addLast(new KitBridge(a, b));
        b.pipeline().addLast(new KitBridge(b, a));
        a.config().setAutoRead(true);
        b.config().setAutoRead(true);
        if (!a.isActive() || !b.isActive()) {
            reset(a);
            reset(b);
        }
    }

    /** Ends a channel so that its peer sees RST. */
    static void reset(DuplexChannel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // gone already
        }
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (peer.isActive()) {
            peer.write(message); // ownership passes to the peer
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
        if (peer.isActive() && !peer.isWritable()) {
            channel.config().setAutoRead(false);
            // The peer may have drained, or closed, between the two lines above, on its own loop.
            if (!peer.isActive() || peer.isWritable()) {
                channel.config().setAutoRead(true);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        peer.config().setAutoRead(channel.isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            // Shutting the output down discards what is still queued; an empty write completes after all of it.
            peer.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(flushed -> peer.shutdownOutput().addListener(shut -> {
                        closeIfEnded(peer);
                        closeIfEnded(channel);
                    }));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (inputEnded) {
            peer.config().setAutoRead(true); // what it still sends goes nowhere, and its end is seen
        } else {
            reset(peer);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        reset(peer);
        reset(channel);
    }

    private static void closeIfEnded(DuplexChannel channel) {
        if (channel.isShutdown()) {
            channel.close();
        }
    }
}
