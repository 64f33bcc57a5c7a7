package dev.culvert.bench.load;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where a load goes and how long it lasts: the options that loads share. */
final class Target {

    @Parameters(index = "0", paramLabel = "PORT", description = "The public end of the tunnel.")
    private int port;

    @Option(names = "--host", description = "Its address, ${DEFAULT-VALUE} by default.")
    private String host = "127.0.0.1";

    @Option(names = "--seconds", description = "How long to measure, ${DEFAULT-VALUE} by default.")
    private double seconds = 5;

    @Option(names = "--warmup", description = "Seconds of load before the measurement, ${DEFAULT-VALUE} by default.")
    private double warmup = 1;

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    long warmupNanos() {
        return nanos(warmup);
    }

    /** Warm-up and measurement together. */
    long totalNanos() {
        return nanos(warmup + seconds);
    }

    private static long nanos(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }
}
