package dev.culvert.engine.net;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands accepted connections over unregistered, and rests for up to a second when none can be accepted.
 *
 * <p>Out of descriptors, {@code accept} fails at once for as long as somebody waits in the backlog: without the rest it
 * would keep a core busy.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger("dev.culvert.net");

    // Short at first: after a crowd has gone, its dead connections still stand in the backlog, and use up what is free.
    static final long SHORTEST_REST_MILLIS = 100;
    static final long LONGEST_REST_MILLIS = 1_000;

    private final Sockets sockets;
    private final Consumer<? super SocketChannel> accepted;
    private long restMillis = SHORTEST_REST_MILLIS;
    private long complainedNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(1);

    Acceptor(Sockets sockets, Consumer<? super SocketChannel> accepted) {
        this.sockets = sockets;
        this.accepted = accepted;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        SocketChannel child = (SocketChannel) message;
        restMillis = SHORTEST_REST_MILLIS;
        if (!sockets.enter(child)) {
            refuse(ctx.channel(), child);
            return;
        }
        try {
            sockets.tune(child);
            accepted.accept(child);
        } catch (RuntimeException e) {
            log.debug("Connection of {} dropped", child.remoteAddress(), e);
            DescriptorPlace.leave(child);
            child.unsafe().closeForcibly();
        }
    }

    private void refuse(Channel listener, SocketChannel child) {
        sockets.refused(
                where(listener), new CulvertException(WireError.TOO_MANY_CONNECTIONS, sockets.connectionLimit()));
        try {
            child.config().setSoLinger(0);
        } catch (ChannelException e) {
            // Gone already.
        }
        child.unsafe().closeForcibly();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Channel listener = ctx.channel();
        if (!listener.config().isAutoRead()) {
            return; // resting already
        }
        listener.config().setAutoRead(false);
        ctx.executor().schedule(() -> listener.config().setAutoRead(true), restMillis, TimeUnit.MILLISECONDS);
        restMillis = Math.min(LONGEST_REST_MILLIS, 2 * restMillis);
        long now = System.nanoTime();
        if (now - complainedNanos >= TimeUnit.SECONDS.toNanos(1)) {
            complainedNanos = now;
            log.warn(
                    "{} cannot accept connections: {}. Trying again, once a second at least.",
                    where(listener),
                    cause.getMessage());
        }
    }

    private static Object where(Channel listener) {
        return listener.localAddress() instanceof InetSocketAddress inet
                ? NetUtil.toSocketAddressString(inet)
                : listener.localAddress();
    }
}
