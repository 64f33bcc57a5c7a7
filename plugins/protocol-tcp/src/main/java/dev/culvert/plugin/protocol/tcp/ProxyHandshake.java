package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.protocol.IncomingStream;
import dev.culvert.spi.stream.HeldReads;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A visitor that says where it wants to go, from its first byte until it is joined to that or has been refused. It has
 * {@code handshake_timeout} to say it and {@code connect_timeout} to get there. Lives on the stream's loop.
 */
abstract class ProxyHandshake extends ChannelInboundHandlerAdapter {

    private static final long FAREWELL_SECONDS = 1;

    private final ProxyService service;
    private final IncomingStream stream;
    private final DuplexChannel channel;
    private @Nullable Future<?> deadline;
    private @Nullable Future<DuplexChannel> dialling;
    private State state = State.ASKING;

    /** How far it is. */
    private enum State {
        /** The visitor speaks to the proxy. */
        ASKING,
        /** Where it wants to go is known: what it says from now on is for the destination. */
        DIALLING,
        /** It was refused: what it says is thrown away until it ends. */
        REFUSED,
        /** It is joined to its destination, or gone. */
        OVER
    }

    ProxyHandshake(ProxyService service, IncomingStream stream) {
        this.service = service;
        this.stream = stream;
        channel = stream.channel();
    }

    /** Begins to listen to the visitor. */
    final void start() {
        stream.accept(); // first: what it says to the server is for no codec
        EventLoop loop = channel.eventLoop();
        long millis = service.handshakeTimeout().toMillis();
        deadline = loop.schedule(
                () -> fail("the visitor did not say within " + millis + " ms where it wants to go"),
                millis,
                TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(gone -> left());
        addCodec();
        channel.pipeline().addLast(this);
        channel.config().setAutoRead(true);
    }

    /** Adds what decodes the visitor's bytes and encodes the answers. */
    abstract void addCodec();

    /** Takes a message of the visitor, which is released afterwards. */
    abstract void asked(Object message);

    /** Removes the decoder; bytes that it has read too many go on. */
    abstract void removeDecoder();

    /** Removes the encoder. */
    abstract void removeEncoder();

    /** What a visitor is told who is joined to its destination. */
    abstract Object success();

    /** What a visitor is told who is refused; null for nothing, then it is reset. */
    abstract @Nullable Object refusal(CulvertException cause);

    final DuplexChannel channel() {
        return channel;
    }

    final @Nullable ProxyLogin login() {
        return service.login();
    }

    /** The visitor has said all: takes it there. */
    final void connect(Wanted wanted) {
        state = State.DIALLING;
        cancelDeadline();
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(new HeldReads());
        removeDecoder();
        Future<DuplexChannel> dial = ProxyDial.begin(service, channel.eventLoop(), wanted);
        dialling = dial;
        dial.addListener(done -> dialled(dial));
    }

    /** The visitor did not speak as it has to. */
    final void fail(String how) {
        refuse(new CulvertException(ServiceError.HANDSHAKE_FAILED, how + "."));
    }

    final void refuse(CulvertException cause) {
        refuse(cause, refusal(cause));
    }

    /** Says why in the visitor's own words, and ends. */
    final void refuse(CulvertException cause, @Nullable Object answer) {
        if (state == State.REFUSED || state == State.OVER) {
            ReferenceCountUtil.release(answer);
            return;
        }
        boolean asking = state == State.ASKING;
        state = State.REFUSED;
        cancelDeadline();
        stream.refuse(cause);
        if (answer == null) {
            Network.abort(channel);
            return;
        }
        channel.writeAndFlush(answer).addListener(written -> channel.shutdownOutput());
        if (asking) {
            removeDecoder();
        } else {
            channel.pipeline().remove(HeldReads.class);
        }
        // Closing with unread bytes would be a reset, which overtakes the answer.
        channel.config().setAutoRead(true);
        deadline = channel.eventLoop().schedule(() -> channel.close(), FAREWELL_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.DIALLING) {
            ctx.fireChannelRead(message); // early, for the destination; ownership passes on
            return;
        }
        try {
            if (state == State.ASKING) {
                asked(message);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent) || state == State.DIALLING) {
            ctx.fireUserEventTriggered(event);
        } else if (state == State.REFUSED) {
            channel.close();
        } else {
            fail("the visitor ended before it had said where it wants to go");
        }
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (state == State.REFUSED) {
            channel.close();
        }
        refuse(
                new CulvertException(
                        ServiceError.HANDSHAKE_FAILED, "the visitor broke off: " + cause.getMessage() + ".", cause),
                null);
    }

    private void dialled(Future<DuplexChannel> dial) {
        if (state != State.DIALLING) {
            if (dial.isSuccess()) {
                dial.getNow().close();
            }
            return;
        }
        if (!dial.isSuccess()) {
            refuse(CulvertException.of(dial.cause(), ServiceError.FAILED, "the destination cannot be reached"));
            return;
        }
        state = State.OVER;
        channel.writeAndFlush(success());
        removeEncoder();
        channel.pipeline().remove(this);
        stream.bridge(dial.getNow(), service.bridge());
    }

    private void left() {
        refuse(new CulvertException(ServiceError.HANDSHAKE_FAILED, "the visitor left before it had an answer."), null);
        state = State.OVER;
        cancelDeadline();
        if (dialling != null) {
            dialling.cancel(false);
        }
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    /** Removes a handler, if it is there. */
    final void remove(ChannelHandler handler) {
        if (channel.pipeline().context(handler) != null) {
            channel.pipeline().remove(handler);
        }
    }
}
