package dev.culvert.bench.load;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast bulk data gets through. */
@Command(name = "throughput", description = "Bulk data: gbit_per_s.", mixinStandardHelpOptions = true)
final class ThroughputCommand implements Callable<Integer> {

    @Mixin
    private final Target target = new Target();

    @Option(names = "--streams", description = "Connections side by side, ${DEFAULT-VALUE} by default.")
    private int streams = 1;

    @Option(names = "--direction", description = "up = towards the service, or down; ${DEFAULT-VALUE} by default.")
    private Bulk.Direction direction = Bulk.Direction.DOWN;

    private final PrintStream out;

    ThroughputCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws Exception {
        Bulk bulk = Bulk.start(target.address(), streams, direction, target.totalNanos());
        TimeUnit.NANOSECONDS.sleep(target.warmupNanos());
        long bytesBefore = bulk.bytes();
        long before = System.nanoTime();
        // Upwards the count is of bytes sent, of which some were still on their way at that moment; as the clock
        // stops only when the last byte has arrived, the figure is a little too low rather than too high.
        bulk.join();
        double seconds = (System.nanoTime() - before) / 1e9;
        new Report(out)
                .number("gbit_per_s", (bulk.bytes() - bytesBefore) * 8 / 1e9 / seconds)
                .number("seconds", seconds)
                .count("bytes", bulk.bytes())
                .ownCpu();
        return 0;
    }
}
