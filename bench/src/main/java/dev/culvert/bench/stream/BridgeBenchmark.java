package dev.culvert.bench.stream;

import dev.culvert.engine.bridge.Bridge;
import dev.culvert.engine.net.Sockets;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.BridgeOptions;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A bridge between two sockets of this machine, on one event loop and on two. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class BridgeBenchmark {

    private static final int MEBIBYTE = 1 << 20;

    /** How many event loops the two channels are on. */
    @Param({"1", "2"})
    public int loops = 1;

    private final ByteBuffer out = ByteBuffer.allocateDirect(MEBIBYTE);
    private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
    private final ByteBuffer one = ByteBuffer.allocateDirect(1);
    private @Nullable Sockets sockets;
    private @Nullable Joined joined;

    /** Joins two connections. */
    @Setup
    public void join() throws Exception {
        Sockets opened = Sockets.open("auto", loops);
        sockets = opened;
        joined = Joined.by(opened);
    }

    /** Ends them. */
    @TearDown
    public void close() throws IOException {
        if (joined != null && sockets != null) {
            joined.left.close();
            joined.right.close();
            sockets.close();
        }
    }

    /** A mebibyte from one end to the other, written and read by this thread in turns. */
    @Benchmark
    public void mebibyte() throws IOException {
        Joined ends = ends();
        ends.left.configureBlocking(false);
        ends.right.configureBlocking(false);
        out.clear();
        for (int arrived = 0; arrived < MEBIBYTE; ) {
            ends.left.write(out);
            int read = ends.right.read(in.clear());
            if (read < 0) {
                throw new EOFException("the bridge has ended");
            }
            arrived += read;
        }
    }

    /** A byte there and back. */
    @Benchmark
    public void roundTrip() throws IOException {
        Joined ends = ends();
        pass(ends.left, ends.right);
        pass(ends.right, ends.left);
    }

    private void pass(SocketChannel from, SocketChannel to) throws IOException {
        from.configureBlocking(true);
        to.configureBlocking(true);
        from.write(one.clear());
        if (to.read(one.clear()) < 0) {
            throw new EOFException("the bridge has ended");
        }
    }

    private Joined ends() {
        if (joined == null) {
            throw new IllegalStateException("not set up");
        }
        return joined;
    }

    /** The two outer ends of a bridge. */
    private record Joined(SocketChannel left, SocketChannel right) {

        static Joined by(Sockets sockets) throws IOException, InterruptedException {
            BlockingQueue<DuplexChannel> accepted = new LinkedBlockingQueue<>();
            Channel listener = sockets.listen(new HostPort("127.0.0.1", 0), accepted::add)
                    .sync()
                    .getNow();
            EventLoop first = sockets.eventLoops().next();
            EventLoop second = sockets.eventLoops().next();
            try (ServerSocketChannel service = ServerSocketChannel.open()) {
                service.bind(new InetSocketAddress("127.0.0.1", 0));
                SocketChannel left = open((InetSocketAddress) listener.localAddress());
                DuplexChannel a = accepted.take();
                first.register(a).sync();
                int port = ((InetSocketAddress) service.getLocalAddress()).getPort();
                DuplexChannel b = sockets.connect(second, new HostPort("127.0.0.1", port))
                        .sync()
                        .getNow();
                SocketChannel right = service.accept();
                right.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Bridge.join(a, b, BridgeOptions.DEFAULT, end -> {});
                return new Joined(left, right);
            } finally {
                listener.close();
            }
        }

        private static SocketChannel open(InetSocketAddress address) throws IOException {
            SocketChannel channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return channel;
        }
    }
}
