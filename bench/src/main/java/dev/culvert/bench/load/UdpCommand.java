package dev.culvert.bench.load;

import dev.culvert.engine.net.Sockets;
import dev.culvert.spi.HostPort;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how many datagrams go there and come back. */
@Command(
        name = "udp",
        description =
                "Datagrams to the echo and back, a number of them under way: datagrams_per_s, lost_percent, p50_us, p99_us.",
        mixinStandardHelpOptions = true)
final class UdpCommand implements Callable<Integer> {

    @Mixin
    private final Target target = new Target();

    @Option(names = "--flows", description = "Sockets that send, ${DEFAULT-VALUE} by default.")
    private int flows = 8;

    @Option(names = "--window", description = "Datagrams of each that are under way, ${DEFAULT-VALUE} by default.")
    private int window = 32;

    @Option(names = "--bytes", description = "Length of a datagram, ${DEFAULT-VALUE} by default.")
    private int bytes = 1_200;

    private final PrintStream out;

    UdpCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws Exception {
        try (Sockets sockets = Sockets.open("auto", 1)) {
            HostPort address = new HostPort(
                    target.address().getHostString(), target.address().getPort());
            List<EchoFlow> all = new ArrayList<>();
            for (int i = 0; i < flows; i++) {
                all.add(EchoFlow.start(sockets, address, window, bytes));
            }
            long start = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(target.warmupNanos());
            List<EchoFlow.Count> before = EchoFlow.counts(all);
            long from = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(Math.max(0, start + target.totalNanos() - from));
            List<EchoFlow.Count> after = EchoFlow.counts(all);
            double seconds = (System.nanoTime() - from) / 1e9;
            report(before, after, seconds);
        }
        return 0;
    }

    private void report(List<EchoFlow.Count> before, List<EchoFlow.Count> after, double seconds) {
        long answered = 0;
        long lost = 0;
        Histogram nanos = new Histogram(3);
        for (int i = 0; i < after.size(); i++) {
            answered += after.get(i).answered() - before.get(i).answered();
            lost += after.get(i).lost() - before.get(i).lost();
            nanos.add(after.get(i).nanos());
        }
        new Report(out)
                .number("datagrams_per_s", answered / seconds)
                .count("datagrams", answered)
                .number("lost_percent", 100.0 * lost / Math.max(1, answered + lost))
                .times(nanos)
                .ownCpu();
    }
}
