package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads a lane's frames on the loop of the lane's owner: at once if that is the stream's own, which is the fast case, and
 * else with a bound on what is on its way there.
 */
final class LaneInput extends ChannelInboundHandlerAdapter {

    private static final int MOST_UNDER_WAY = 1024 * 1024;

    private final EventLoop owner;
    private final FrameReceiver receiver;
    private final FrameReader reader;
    private final AtomicInteger underWay = new AtomicInteger();
    private boolean over;
    private @Nullable CulvertException cause;

    LaneInput(EventLoop owner, FrameReceiver receiver) {
        this.owner = owner;
        this.receiver = receiver;
        this.reader = new FrameReader(receiver);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (owner.inEventLoop()) {
            feed(ctx, bytes);
            return;
        }
        int count = bytes.readableBytes();
        if (underWay.addAndGet(count) > MOST_UNDER_WAY) {
            ctx.channel().config().setAutoRead(false);
        }
        owner.execute(() -> {
            feed(ctx, bytes);
            if (underWay.addAndGet(-count) <= MOST_UNDER_WAY / 2
                    && !ctx.channel().config().isAutoRead()) {
                ctx.channel().config().setAutoRead(true);
            }
        });
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        onOwner(() -> {
            if (!over) {
                receiver.turnEnded();
            }
        });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            onOwner(this::end);
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        onOwner(() -> {
            if (cause == null) {
                cause = failure instanceof CulvertException known
                        ? known
                        : new CulvertException(
                                WireError.STREAM_RESET, "the stream broke: " + failure.getMessage() + ".", failure);
            }
        });
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        onOwner(() -> {
            if (cause == null) {
                cause = new CulvertException(WireError.CONNECTION_LOST, "the stream broke off.");
            }
            end();
        });
    }

    private void feed(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (over) {
            bytes.release();
            return;
        }
        try {
            reader.feed(bytes); // ownership passes
        } catch (CulvertException e) {
            cause = e;
            end();
            Network.abort(ctx.channel());
        }
    }

    private void end() {
        if (!over) {
            over = true;
            reader.close();
            receiver.lost(cause);
        }
    }

    private void onOwner(Runnable action) {
        if (owner.inEventLoop()) {
            action.run();
        } else {
            owner.execute(action);
        }
    }
}
