package dev.culvert.bench.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the round trip of one byte, alone or beside bulk data. */
@Command(name = "rtt", description = "One byte there and back: p50_us, p99_us.", mixinStandardHelpOptions = true)
final class RttCommand implements Callable<Integer> {

    @Mixin
    private final Target target = new Target();

    @Option(names = "--beside", description = "Bulk streams that run meanwhile, ${DEFAULT-VALUE} by default.")
    private int beside = 0;

    @Option(names = "--direction", description = "Which way they go, up or down; ${DEFAULT-VALUE} by default.")
    private Bulk.Direction direction = Bulk.Direction.DOWN;

    private final PrintStream out;

    RttCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws Exception {
        Histogram nanos = new Histogram(3);
        try (SocketChannel channel = Wire.connect(target.address())) {
            Wire.writeFully(channel, ByteBuffer.wrap(new byte[] {Wire.ECHO}));
            Bulk bulk = Bulk.start(target.address(), beside, direction, target.totalNanos());
            long start = System.nanoTime();
            measure(channel, start + target.warmupNanos(), new Histogram(3));
            long bytesBefore = bulk.bytes();
            long before = System.nanoTime();
            measure(channel, start + target.totalNanos(), nanos);
            double gbit = (bulk.bytes() - bytesBefore) * 8.0 / (System.nanoTime() - before);
            bulk.join();
            new Report(out)
                    .times(nanos)
                    .count("round_trips", nanos.getTotalCount())
                    .number("beside_gbit_per_s", gbit)
                    .ownCpu();
        }
        return 0;
    }

    private static void measure(SocketChannel channel, long deadline, Histogram nanos) throws IOException {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        byte value = 0;
        long before = System.nanoTime();
        while (before - deadline < 0) {
            Wire.pingPong(channel, one, value++);
            long after = System.nanoTime();
            nanos.recordValue(after - before);
            before = after;
        }
    }
}
