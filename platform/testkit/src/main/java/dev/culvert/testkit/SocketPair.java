package dev.culvert.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Two ends of one TCP connection over loopback, as a transport is handed them: connected, auto-read off, empty
 * pipelines.
 *
 * @param near the end that connected
 * @param far the end that was accepted
 */
public record SocketPair(SocketChannel near, SocketChannel far) implements AutoCloseable {

    private static final long TIMEOUT_SECONDS = 5;

    /**
     * Connects two sockets, each on a loop of its own.
     *
     * @param loops how they do I/O
     */
    public static SocketPair open(Loops loops) {
        return open(loops, loops.next(), loops.next());
    }

    /**
     * Connects two sockets.
     *
     * @param loops how they do I/O
     * @param near the loop of the connecting end
     * @param far the loop of the accepted end; may be the same
     */
    public static SocketPair open(Loops loops, EventLoop near, EventLoop far) {
        BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
        Channel listener = await(new ServerBootstrap()
                .group(loops.group(), far)
                .channel(loops.serverType())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(onActive(accepted))
                .bind(InetAddress.getLoopbackAddress(), 0));
        try {
            Channel connected = await(client(loops, near).connect(listener.localAddress()));
            SocketChannel taken = accepted.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (taken == null) {
                throw new AssertionError("nothing was accepted");
            }
            return new SocketPair((SocketChannel) connected, taken);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            listener.close().syncUninterruptibly();
        }
    }

    /**
     * Connects a channel to a blocking socket, for tests that say byte by byte what a peer sends.
     *
     * @param loops how the channel does I/O
     */
    public static Raw openRaw(Loops loops) {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Channel near = await(client(loops, loops.next())
                    .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort())));
            Socket far = listener.accept();
            far.setTcpNoDelay(true);
            far.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
            return new Raw((SocketChannel) near, far);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Closes both ends. */
    @Override
    public void close() {
        near.close().syncUninterruptibly();
        far.close().syncUninterruptibly();
    }

    /**
     * A channel and the blocking socket at its other end.
     *
     * @param near the channel: connected, auto-read off
     * @param far the socket; reads time out after five seconds
     */
    public record Raw(SocketChannel near, Socket far) implements AutoCloseable {

        /** Closes both ends. */
        @Override
        public void close() {
            near.close().syncUninterruptibly();
            try {
                far.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Bootstrap client(Loops loops, EventLoop loop) {
        return new Bootstrap()
                .group(loop)
                .channel(loops.socketType())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void handlerAdded(ChannelHandlerContext ctx) {
                        ctx.pipeline().remove(this);
                    }
                });
    }

    private static ChannelHandler onActive(BlockingQueue<SocketChannel> accepted) {
        return new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                accepted.add(channel);
            }
        };
    }

    private static Channel await(ChannelFuture future) {
        if (!future.awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("not connected within " + TIMEOUT_SECONDS + " s");
        }
        future.syncUninterruptibly();
        return future.channel();
    }
}
