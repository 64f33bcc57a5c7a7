package dev.culvert.bench.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures whole lives of connections: connect, a byte there and back, the service's end, the visitor's. */
@Command(name = "connect", description = "New connections: connections_per_s.", mixinStandardHelpOptions = true)
final class ConnectCommand implements Callable<Integer> {

    @Mixin
    private final Target target = new Target();

    @Option(names = "--concurrency", description = "Connections at a time, ${DEFAULT-VALUE} by default.")
    private int concurrency = 16;

    private final PrintStream out;

    private final AtomicReference<String> failure = new AtomicReference<>("");

    ConnectCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws Exception {
        long start = System.nanoTime();
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < concurrency; i++) {
            Visitor visitor = new Visitor(start + target.warmupNanos(), start + target.totalNanos());
            visitors.add(visitor);
            visitor.start();
        }
        Histogram nanos = new Histogram(3);
        long failed = 0;
        for (Visitor visitor : visitors) {
            visitor.join();
            nanos.add(visitor.nanos);
            failed += visitor.failed;
        }
        double seconds = (target.totalNanos() - target.warmupNanos()) / 1e9;
        new Report(out)
                .number("connections_per_s", nanos.getTotalCount() / seconds)
                .times(nanos)
                .count("connections", nanos.getTotalCount())
                .count("failed", failed)
                .ownCpu();
        if (failed > 0) {
            out.println("failure " + failure.get());
        }
        return failed == 0 ? 0 : 1;
    }

    /** One connection after the other. */
    private final class Visitor extends Thread {

        private final ByteBuffer bytes = ByteBuffer.allocateDirect(2);
        private final Histogram nanos = new Histogram(3);
        private final long from;
        private final long until;
        private long failed;

        Visitor(long from, long until) {
            super("visitor");
            this.from = from;
            this.until = until;
        }

        @Override
        public void run() {
            long before = System.nanoTime();
            while (before - until < 0) {
                try {
                    visit();
                } catch (IOException e) {
                    failed++;
                    failure.set(e.toString());
                }
                long after = System.nanoTime();
                if (before - from >= 0) {
                    nanos.recordValue(after - before);
                }
                before = after;
            }
        }

        private void visit() throws IOException {
            try (SocketChannel channel = Wire.connect(target.address())) {
                Wire.writeFully(
                        channel, bytes.clear().put(Wire.ONCE).put((byte) 7).flip());
                Wire.readFully(channel, bytes.clear().limit(1));
                if (bytes.get() != 7) {
                    throw new IOException("another byte came back");
                }
                Wire.awaitEnd(channel);
            }
        }
    }
}
