package dev.culvert.engine.telemetry;

import dev.culvert.spi.protocol.DatagramCount;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/** The two metrics of datagrams, which both ends have. */
public final class DatagramCounters {

    private final Counter passed;
    private final Counter lost;

    /**
     * Registers them.
     *
     * @param registry where
     * @param labels what tells whose datagrams they are
     */
    public DatagramCounters(PrometheusRegistry registry, String... labels) {
        passed = Counter.builder()
                .name("culvert_datagrams_total")
                .help("Datagrams of visitors that were passed on.")
                .labelNames(and(labels, "direction"))
                .register(registry);
        lost = Counter.builder()
                .name("culvert_datagrams_dropped_total")
                .help("Datagrams of visitors that were dropped, by reason.")
                .labelNames(and(labels, "reason"))
                .register(registry);
    }

    /**
     * Adds what has come together.
     *
     * @param count how many
     * @param values of the labels
     */
    public void add(DatagramCount count, String... values) {
        passed.labelValues(and(values, "in")).inc(count.in());
        passed.labelValues(and(values, "out")).inc(count.out());
        count.lost()
                .forEach((reason, number) -> lost.labelValues(
                                and(values, reason.name().toLowerCase(Locale.ROOT)))
                        .inc(number));
    }

    private static String[] and(String[] labels, String last) {
        return Stream.concat(Arrays.stream(labels), Stream.of(last)).toArray(String[]::new);
    }
}
