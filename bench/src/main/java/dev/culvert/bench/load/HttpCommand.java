package dev.culvert.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures small HTTP requests on kept connections, each with one request at a time.
 *
 * <p>The next request of a connection leaves when its answer is there, so times are those at full load.
 */
@Command(
        name = "http",
        description = "Small requests: requests_per_s, p50_us, p99_us.",
        mixinStandardHelpOptions = true)
final class HttpCommand implements Callable<Integer> {

    @Mixin
    private final Target target = new Target();

    @Option(names = "--connections", description = "Kept connections, ${DEFAULT-VALUE} by default.")
    private int connections = 64;

    private final PrintStream out;
    private final ByteBuffer request = direct(Wire.REQUEST);
    private final ByteBuffer status = direct(Wire.STATUS);
    private final ByteBuffer body = direct(Wire.BODY);
    private Histogram nanos = new Histogram(3);

    HttpCommand(PrintStream out) {
        this.out = out;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** A connection that waits for its answer. */
    private static final class Waiting {
        private final ByteBuffer response = ByteBuffer.allocateDirect(1024);
        private long sent;
    }

    @Override
    public Integer call() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = Wire.connect(target.address());
                channel.configureBlocking(false);
                Waiting waiting = new Waiting();
                channel.register(selector, SelectionKey.OP_READ, waiting);
                send(channel, waiting);
            }
            long start = System.nanoTime();
            run(selector, start + target.warmupNanos());
            nanos = new Histogram(3);
            long before = System.nanoTime();
            run(selector, start + target.totalNanos());
            double seconds = (System.nanoTime() - before) / 1e9;
            new Report(out)
                    .number("requests_per_s", nanos.getTotalCount() / seconds)
                    .times(nanos)
                    .count("requests", nanos.getTotalCount())
                    .ownCpu();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        }
        return 0;
    }

    private void run(Selector selector, long deadline) throws IOException {
        while (System.nanoTime() - deadline < 0) {
            if (selector.selectNow() == 0 && selector.select(1_000) == 0) {
                throw new IOException("no answer for a second");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                receive((SocketChannel) key.channel(), (Waiting) key.attachment());
            }
            selector.selectedKeys().clear();
        }
    }

    private void receive(SocketChannel channel, Waiting waiting) throws IOException {
        if (channel.read(waiting.response) < 0) {
            throw new EOFException("connection ended before the answer");
        }
        if (!isWhole(waiting.response)) {
            return;
        }
        nanos.recordValue(System.nanoTime() - waiting.sent);
        send(channel, waiting);
    }

    /** Whether the service's answer is here; who is between may have added to its head. */
    private boolean isWhole(ByteBuffer response) throws IOException {
        int end = response.position();
        if (end >= status.capacity() && response.slice(0, status.capacity()).mismatch(status) >= 0) {
            throw new IOException("another answer than the service's");
        }
        int from = end - body.capacity();
        if (from >= status.capacity() && response.slice(from, body.capacity()).mismatch(body) < 0) {
            return true;
        }
        if (!response.hasRemaining()) {
            throw new IOException("a longer answer than the service's");
        }
        return false;
    }

    private void send(SocketChannel channel, Waiting waiting) throws IOException {
        waiting.response.clear();
        waiting.sent = System.nanoTime();
        if (channel.write(request.clear()) < request.capacity()) {
            throw new IOException("a connection without an open request took no request");
        }
    }
}
