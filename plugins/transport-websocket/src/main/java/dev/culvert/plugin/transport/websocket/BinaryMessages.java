package dev.culvert.plugin.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in binary messages: where a message or a frame ends means nothing.
 *
 * <p>What is written between two flushes goes out in as few frames as possible, none longer than {@link #PAYLOAD}.
 */
final class BinaryMessages extends ChannelDuplexHandler {

    /** The longest payload of a frame that is sent; a peer has to take it whole before it can use any of it. */
    static final int PAYLOAD = 64 * 1024;

    private static final int MAX_EMPTY = 1024;
    private static final int MAX_PARTS = 1024;

    private final List<ChannelPromise> promises = new ArrayList<>();
    private @Nullable CompositeByteBuf pending;
    private int empty;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        WebSocketFrame frame = (WebSocketFrame) message;
        if (frame instanceof TextWebSocketFrame) {
            frame.release();
            refuse(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "a text message (expected: binary ones)");
        } else if (frame.content().isReadable()) {
            empty = 0;
            ctx.fireChannelRead(frame.content()); // ownership passes on, and with it the frame's
        } else {
            frame.release();
            if (++empty > MAX_EMPTY) {
                refuse(ctx, WebSocketCloseStatus.POLICY_VIOLATION, "more than " + MAX_EMPTY + " empty frames in a row");
            }
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf bytes = (ByteBuf) message;
        if (!bytes.isReadable()) {
            emit(ctx); // an empty write completes after all before it
            ctx.write(bytes, promise);
            return;
        }
        while (size() + bytes.readableBytes() > PAYLOAD) {
            add(ctx, bytes.readRetainedSlice(PAYLOAD - size()));
            if (!bytes.isReadable()) {
                break;
            }
            emit(ctx);
        }
        add(ctx, bytes);
        if (!promise.isVoid()) {
            promises.add(promise);
        }
        if (size() == PAYLOAD) {
            emit(ctx);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        emit(ctx);
        ctx.flush();
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        emit(ctx);
        ctx.close(promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
    }

    private int size() {
        return pending == null ? 0 : pending.readableBytes();
    }

    private void add(ChannelHandlerContext ctx, ByteBuf part) {
        CompositeByteBuf parts = pending;
        if (parts == null) {
            parts = ctx.alloc().compositeDirectBuffer(MAX_PARTS);
            pending = parts;
        }
        parts.addComponent(true, part); // ownership passes
    }

    private void emit(ChannelHandlerContext ctx) {
        CompositeByteBuf parts = pending;
        if (parts != null) {
            pending = null;
            ctx.write(new BinaryWebSocketFrame(parts), combined(ctx));
        }
    }

    private ChannelPromise combined(ChannelHandlerContext ctx) {
        if (promises.isEmpty()) {
            return ctx.voidPromise();
        }
        List<ChannelPromise> waiting = List.copyOf(promises);
        promises.clear();
        if (waiting.size() == 1) {
            return waiting.get(0);
        }
        return ctx.newPromise().addListener((ChannelFutureListener) written -> {
            for (ChannelPromise each : waiting) {
                if (written.isSuccess()) {
                    each.trySuccess();
                } else {
                    each.tryFailure(written.cause());
                }
            }
        });
    }

    private void drop() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        promises.forEach(promise -> promise.tryFailure(new ClosedChannelException()));
        promises.clear();
    }

    private static void refuse(ChannelHandlerContext ctx, WebSocketCloseStatus status, String what) {
        ctx.pipeline().get(ControlFrames.class).violation(ctx.pipeline().context(ControlFrames.class), status, what);
    }
}
