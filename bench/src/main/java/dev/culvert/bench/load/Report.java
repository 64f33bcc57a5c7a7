package dev.culvert.bench.load;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Prints results as lines of {@code name value}, which a script reads as easily as a person. */
final class Report {

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    Report number(String name, double value) {
        out.printf(Locale.ROOT, "%s %.3f%n", name, value);
        return this;
    }

    Report count(String name, long value) {
        out.printf(Locale.ROOT, "%s %d%n", name, value);
        return this;
    }

    /** Times of a histogram in nanoseconds, as microseconds. */
    Report times(Histogram nanos) {
        number("p50_us", nanos.getValueAtPercentile(50) / 1e3);
        number("p99_us", nanos.getValueAtPercentile(99) / 1e3);
        number("p999_us", nanos.getValueAtPercentile(99.9) / 1e3);
        return number("max_us", nanos.getMaxValue() / 1e3);
    }

    /** What the load itself cost so far, its start included. */
    Report ownCpu() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            number("load_cpu_s", system.getProcessCpuTime() / 1e9);
        }
        return this;
    }
}
