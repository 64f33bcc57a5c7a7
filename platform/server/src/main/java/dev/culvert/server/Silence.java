package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what a server would say on a private connection until its peer has said something valid: a scanner does not learn
 * what listens here. Lives on the connection's loop.
 *
 * <p>The multiplexer answers before the dialect has read a word (acknowledgements, pings), so its words are kept and sent
 * later, and if there is no later, dropped.
 */
final class Silence extends ChannelOutboundHandlerAdapter {

    /** A login needs a few hundred bytes of acknowledgements. */
    static final int MOST_BYTES = 4 * 1024;

    private final Queue<Word> kept = new ArrayDeque<>();
    private int bytes;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        bytes += message instanceof ByteBuf buffer ? buffer.readableBytes() : 0;
        if (bytes > MOST_BYTES) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new CulvertException(
                    WireError.PROTOCOL_VIOLATION, "the peer asks for answers and says nothing valid."));
            ctx.close();
            return;
        }
        kept.add(new Word(message, promise)); // owned by the queue until it is sent or dropped
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        // Nothing to flush yet.
    }

    /** Sends what was kept and keeps no more; on the loop, and more than once without effect. */
    void end(ChannelHandlerContext ctx) {
        for (Word word = kept.poll(); word != null; word = kept.poll()) {
            ctx.write(word.message, word.promise);
        }
        ctx.flush();
        ctx.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        drop();
        ctx.close(promise);
    }

    private void drop() {
        for (Word word = kept.poll(); word != null; word = kept.poll()) {
            ReferenceCountUtil.release(word.message);
            // As good as sent: whoever waits for it only wants to go on to the end.
            word.promise.trySuccess();
        }
    }

    private record Word(Object message, ChannelPromise promise) {}
}
