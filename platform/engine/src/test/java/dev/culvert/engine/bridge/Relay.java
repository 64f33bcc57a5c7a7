package dev.culvert.engine.bridge;

import dev.culvert.engine.net.Sockets;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.BridgeOptions;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A relay as small as can be: what connects on the left is bridged to a plain server socket on the right. The outer ends
 * are blocking sockets of the JDK, so that FIN and RST are told apart by the kernel and not by the code under test.
 */
final class Relay implements AutoCloseable {

    private final Sockets sockets;
    private final ServerSocket right;
    private final Channel left;
    private final Iterator<? extends EventLoop> loops;
    private final BlockingQueue<DuplexChannel> accepted = new ArrayBlockingQueue<>(1024);

    Relay(String kind, int loopCount) throws Exception {
        sockets = Sockets.open(kind, loopCount);
        right = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        left = sockets.listen(new HostPort("127.0.0.1", 0), accepted::add)
                .sync()
                .getNow();
        EventLoop a = sockets.eventLoops().next();
        EventLoop b = sockets.eventLoops().next();
        loops = Stream.generate(() -> List.of(a, b)).flatMap(List::stream).iterator();
    }

    /** A bridge whose outer ends have small receive buffers. One at a time, so that the right ends get together. */
    Joined join(BridgeOptions options) throws Exception {
        return join(options, RateLimits.NONE);
    }

    synchronized Joined join(BridgeOptions options, RateLimits limits) throws Exception {
        Socket leftEnd = new Socket();
        leftEnd.setReceiveBufferSize(64 * 1024);
        leftEnd.connect(left.localAddress(), 5_000);
        leftEnd.setSoTimeout(10_000);
        DuplexChannel a = accepted.poll(5, TimeUnit.SECONDS);
        loops.next().register(a).sync();
        DuplexChannel b = sockets.connect(loops.next(), new HostPort("127.0.0.1", right.getLocalPort()))
                .sync()
                .getNow();
        Socket rightEnd = right.accept();
        rightEnd.setReceiveBufferSize(64 * 1024);
        rightEnd.setSoTimeout(10_000);
        CompletableFuture<BridgeEnd> ended = new CompletableFuture<>();
        Bridge bridge = Bridge.join(a, b, options, limits, ended::complete);
        return new Joined(leftEnd, rightEnd, a, b, bridge, ended);
    }

    /** The processor time that the loops have used so far. */
    long cpuNanos() throws InterruptedException {
        long nanos = 0;
        for (EventExecutor loop : sockets.eventLoops()) {
            nanos += loop.submit(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime())
                    .sync()
                    .getNow();
        }
        return nanos;
    }

    @Override
    public void close() throws IOException {
        right.close();
        sockets.close();
    }

    record Joined(
            Socket left,
            Socket right,
            DuplexChannel a,
            DuplexChannel b,
            Bridge bridge,
            CompletableFuture<BridgeEnd> ended)
            implements AutoCloseable {

        BridgeEnd end() throws Exception {
            return ended.get(10, TimeUnit.SECONDS);
        }

        /** Closes the outer ends, after which nothing may keep the inner ones open. */
        @Override
        public void close() throws Exception {
            left.close();
            right.close();
            end();
        }
    }

    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
