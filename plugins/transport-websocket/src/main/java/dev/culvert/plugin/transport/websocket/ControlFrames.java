package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Role;
import dev.culvert.spi.WireError;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers pings, and ends a WebSocket as RFC 6455, section 7, has it.
 *
 * <p>The peer's Close is an end, unless its code says that something went wrong; a connection that ends without one was
 * aborted, and so was one whose peer breaks the protocol. Closing the channel sends Close and waits for the peer's, for
 * a second; with {@code SO_LINGER} 0 it aborts.
 */
final class ControlFrames extends ChannelDuplexHandler {

    private static final long GOODBYE_SECONDS = 1;
    private static final int NO_STATUS = 1005;

    private final Role role;
    private @Nullable PongWebSocketFrame pong;
    private boolean flush;
    private boolean closeSent;
    private boolean peerOver;

    ControlFrames(Role role) {
        this.role = role;
    }

    /** Tells the owner and the peer that the peer broke the protocol. */
    void violation(ChannelHandlerContext ctx, WebSocketCloseStatus status, String what) {
        if (peerOver) {
            return;
        }
        peerOver = true;
        sendClose(ctx, new CloseWebSocketFrame(status.code(), ""));
        ctx.fireExceptionCaught(new CulvertException(
                status.code() == WebSocketCloseStatus.MESSAGE_TOO_BIG.code()
                        ? WireError.FRAME_TOO_LARGE
                        : WireError.PROTOCOL_VIOLATION,
                "websocket: " + what + "."));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (peerOver) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof PingWebSocketFrame ping) {
            replacePong(new PongWebSocketFrame(ping.content())); // ownership passes
            sendPong(ctx);
        } else if (message instanceof PongWebSocketFrame unasked) {
            unasked.release();
        } else if (message instanceof CloseWebSocketFrame close) {
            try {
                onClose(ctx, close);
            } finally {
                close.release();
            }
        } else if (closeSent) {
            ReferenceCountUtil.release(message); // its owner has closed the channel
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (flush) {
            flush = false;
            ctx.flush();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        sendPong(ctx);
        if (flush) {
            flush = false;
            ctx.flush();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            onEnd(ctx);
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        replacePong(null);
        onEnd(ctx);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupt) {
            violation(ctx, corrupt.closeStatus(), Objects.requireNonNullElse(corrupt.getMessage(), "a broken frame"));
        } else if (!peerOver) {
            peerOver = cause instanceof IOException;
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (closeSent) {
            ReferenceCountUtil.release(message);
            if (!promise.isVoid()) {
                promise.tryFailure(new ClosedChannelException());
            }
        } else {
            ctx.write(message, promise);
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!ctx.channel().isActive() || (peerOver && !closeSent) || aborts(ctx)) {
            ctx.close(promise);
            return;
        }
        ctx.channel().closeFuture().addListener(closed -> {
            if (!promise.isVoid()) {
                promise.trySuccess();
            }
        });
        sendClose(ctx, new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
    }

    /** Only for a channel that is open: epoll's has no options once it is closed, and throws. */
    private static boolean aborts(ChannelHandlerContext ctx) {
        Integer linger = ctx.channel().config().getOption(ChannelOption.SO_LINGER);
        return linger != null && linger == 0;
    }

    private void onClose(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
        peerOver = true;
        int status = close.statusCode();
        boolean awaited = closeSent;
        if (awaited) {
            ctx.close();
            return;
        }
        sendClose(ctx, status < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(status, ""));
        if (status < 0
                || status == NO_STATUS
                || status == WebSocketCloseStatus.NORMAL_CLOSURE.code()
                || status == WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code()) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            ctx.fireExceptionCaught(new IOException("the peer closed the WebSocket with code " + status));
        }
    }

    private void onEnd(ChannelHandlerContext ctx) {
        if (!peerOver) {
            peerOver = true;
            if (!closeSent) {
                ctx.fireExceptionCaught(new IOException("the WebSocket ended without a Close"));
            }
        }
    }

    /** The last frame of this end; then the connection goes, at the latest after a while. */
    private void sendClose(ChannelHandlerContext ctx, CloseWebSocketFrame frame) {
        if (closeSent) {
            frame.release();
            return;
        }
        closeSent = true;
        replacePong(null);
        ctx.channel().config().setAutoRead(true); // to hear the peer's answer; what else comes is dropped
        var deadline = ctx.executor().schedule(() -> ctx.close(), GOODBYE_SECONDS, TimeUnit.SECONDS);
        ctx.channel().closeFuture().addListener(closed -> deadline.cancel(false));
        // Section 7.1.1: the server ends the connection, so that it, and not the client, waits out the old port.
        boolean last = peerOver && role == Role.SERVER;
        ctx.writeAndFlush(frame).addListener((ChannelFutureListener) written -> {
            if (!written.isSuccess()) {
                ctx.close();
            } else if (last) {
                endOutput(ctx);
            }
        });
    }

    /**
     * Ends the output only: to close with bytes of the peer unread would send a reset, which can overtake the Close
     * frame. What still comes is dropped, until the peer's end or the deadline.
     */
    private static void endOutput(ChannelHandlerContext ctx) {
        if (ctx.channel() instanceof DuplexChannel socket) {
            socket.shutdownOutput();
        } else {
            ctx.close(); // over another layer, which ends in its own way
        }
    }

    private void sendPong(ChannelHandlerContext ctx) {
        // Section 5.5.3: the most recent one may do, if earlier ones were not answered yet.
        if (pong != null && ctx.channel().isWritable()) {
            ctx.write(pong);
            pong = null;
            flush = true;
        }
    }

    private void replacePong(@Nullable PongWebSocketFrame next) {
        if (pong != null) {
            pong.release();
        }
        pong = next;
    }
}
