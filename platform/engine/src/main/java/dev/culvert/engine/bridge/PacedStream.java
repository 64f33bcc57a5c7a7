package dev.culvert.engine.bridge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a stream that no bridge carries within a rate. What comes from the service is held back by reading no more for a while;
 * what goes to it, by looking full to whoever writes. Nothing waits here. Lives on the stream's loop; a protocol that puts handlers
 * of its own on the stream finds this one before them.
 */
public final class PacedStream extends ChannelDuplexHandler {

    /** The bit of {@link ChannelOutboundBuffer#setUserDefinedWritability} that is this handler's. */
    private static final int WRITABILITY = 17;

    private final RateLimits limits;
    private @Nullable Future<?> readingHeld;
    private @Nullable Future<?> writingHeld;
    private long readingHeldSince;
    private long writingHeldSince;
    private boolean readWanted;

    private PacedStream(RateLimits limits) {
        this.limits = limits;
    }

    /**
     * Limits a new stream.
     *
     * @param stream nothing has been read from it or written to it yet
     * @param limits of the visitor's side, whose bytes are written, and of the stream's, whose bytes are read
     */
    public static void limit(Channel stream, RateLimits limits) {
        if (!limits.equals(RateLimits.NONE)) {
            stream.pipeline().addLast(new PacedStream(limits));
        }
    }

    /** Limits a stream no more: somebody else does from now on. From any thread. */
    public static void release(Channel stream) {
        PacedStream limiting = stream.pipeline().get(PacedStream.class);
        if (limiting != null) {
            try {
                stream.pipeline().remove(limiting);
            } catch (NoSuchElementException e) {
                // It closed in this very moment, and its handlers are gone.
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        int count = message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ctx.fireChannelRead(message); // ownership passes on
        Rate limit = limits.b();
        long pause = limit == null ? 0 : limit.take(count);
        if (pause > 0 && !ctx.isRemoved()) {
            if (readingHeld == null) {
                readingHeldSince = System.nanoTime();
            }
            cancel(readingHeld);
            readingHeld = ctx.executor().schedule(() -> readOn(ctx), pause, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (readingHeld == null) {
            ctx.read();
        } else {
            readWanted = true;
        }
    }

    private void readOn(ChannelHandlerContext ctx) {
        readingHeld = null;
        note(limits.b(), readingHeldSince);
        if (readWanted) {
            readWanted = false;
            ctx.read();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        int count = message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ctx.write(message, promise); // ownership passes on
        Rate limit = limits.a();
        long pause = limit == null ? 0 : limit.take(count);
        if (pause > 0 && !ctx.isRemoved()) {
            if (writingHeld == null) {
                writingHeldSince = System.nanoTime();
            }
            cancel(writingHeld);
            writingHeld = ctx.executor().schedule(() -> writeOn(ctx), pause, TimeUnit.NANOSECONDS);
            look(ctx, false);
        }
    }

    private void writeOn(ChannelHandlerContext ctx) {
        writingHeld = null;
        note(limits.a(), writingHeldSince);
        look(ctx, true);
    }

    private static void note(@Nullable Rate limit, long since) {
        if (limit != null) {
            limit.held(System.nanoTime() - since);
        }
    }

    private static void look(ChannelHandlerContext ctx, boolean writable) {
        ChannelOutboundBuffer queue = ctx.channel().unsafe().outboundBuffer();
        if (queue != null) { // else it is closed
            queue.setUserDefinedWritability(WRITABILITY, writable);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancel(readingHeld);
        cancel(writingHeld);
        look(ctx, true);
        if (readWanted && ctx.channel().isActive()) {
            ctx.read();
        }
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
