package dev.culvert.spi.proxy;

import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.EOFException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a header, and then holds what comes behind it until somebody reads: the bytes have come in one piece with the
 * header, before anybody asked for them.
 */
final class ProxyHeaderHandler extends ChannelDuplexHandler {

    private final Duration timeout;
    private final Consumer<StreamOrigin> arrived;
    private final Consumer<Throwable> failed;
    private final Queue<Object> held = new ArrayDeque<>(4);
    private @Nullable Future<?> timer;
    private boolean settled;
    private boolean refused;

    ProxyHeaderHandler(Duration timeout, Consumer<StreamOrigin> arrived, Consumer<Throwable> failed) {
        this.timeout = timeout;
        this.arrived = arrived;
        this.failed = failed;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timer = ctx.executor()
                .schedule(
                        () -> fail(ctx, new TimeoutException("no PROXY header within " + timeout.toMillis() + " ms")),
                        timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HAProxyMessage header)) {
            held.add(new Part(message)); // owned by the queue until it is replayed or released
            return;
        }
        try {
            StreamOrigin origin =
                    origin(header, ctx.channel().localAddress(), ctx.channel().remoteAddress());
            settle(ctx);
            arrived.accept(origin);
        } catch (UnknownHostException e) {
            fail(ctx, e);
        } finally {
            header.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Belongs to the header, or to what is held.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (settled) {
            held.add(event);
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            fail(ctx, new EOFException("the end before a PROXY header"));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, new EOFException("the end before a PROXY header"));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause);
        if (!refused) {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (!settled) {
            ctx.read();
            return;
        }
        replay(ctx);
        ctx.pipeline().remove(this);
        if (ctx.channel().isOpen()) {
            ctx.read();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        for (Object left = held.poll(); left != null; left = held.poll()) {
            if (left instanceof Part part) {
                ReferenceCountUtil.release(part.message());
            }
        }
    }

    private void replay(ChannelHandlerContext ctx) {
        boolean read = false;
        for (Object next = held.poll(); next != null; next = held.poll()) {
            if (next instanceof Part part) {
                ctx.fireChannelRead(part.message()); // ownership passes on
                read = true;
            } else {
                ctx.fireUserEventTriggered(next);
            }
        }
        if (read) {
            ctx.fireChannelReadComplete();
        }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        if (!settled) {
            settle(ctx);
            refused = true; // the connection is on its way out, and what else is wrong with it does not matter
            failed.accept(cause);
        }
    }

    private void settle(ChannelHandlerContext ctx) {
        settled = true;
        if (timer != null) {
            timer.cancel(false);
        }
        ctx.channel().config().setAutoRead(false);
    }

    private static StreamOrigin origin(HAProxyMessage header, SocketAddress own, SocketAddress peer)
            throws UnknownHostException {
        String source = header.sourceAddress();
        String destination = header.destinationAddress();
        boolean speaksForSomebody = header.command() == HAProxyCommand.PROXY;
        boolean byIp = source != null
                && destination != null
                && NetUtil.createByteArrayFromIpAddressString(source) != null
                && NetUtil.createByteArrayFromIpAddressString(destination) != null;
        if (speaksForSomebody && byIp) {
            return new StreamOrigin(
                    address(source, header.sourcePort()), address(destination, header.destinationPort()));
        }
        return new StreamOrigin(
                peer instanceof InetSocketAddress from ? from : null, own instanceof InetSocketAddress to ? to : null);
    }

    // A mapped address is its IPv4 address here as everywhere; no name is looked up.
    private static InetSocketAddress address(String text, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(text)), port);
    }

    private record Part(Object message) {}
}
