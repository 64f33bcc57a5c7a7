package dev.culvert.server;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.MetricRegistryListener;
import com.codahale.metrics.Timer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Dropwizard's own metrics under names that Prometheus likes: they come with class names in them. */
final class SnakeCaseMetrics implements MetricRegistryListener {

    private static final Pattern HUMP = Pattern.compile("([a-z0-9])([A-Z])");
    private static final Pattern ACRONYM = Pattern.compile("([A-Z]+)([A-Z][a-z])");

    private final MetricRegistry renamed = new MetricRegistry();

    private SnakeCaseMetrics() {}

    /** A registry that always holds what another one holds. */
    static MetricRegistry of(MetricRegistry source) {
        SnakeCaseMetrics listener = new SnakeCaseMetrics();
        source.addListener(listener);
        return listener.renamed;
    }

    static String rename(String name) {
        String split = HUMP.matcher(ACRONYM.matcher(name).replaceAll("$1_$2")).replaceAll("$1_$2");
        return split.toLowerCase(Locale.ROOT);
    }

    @Override
    public void onGaugeAdded(String name, Gauge<?> gauge) {
        add(name, gauge);
    }

    @Override
    public void onGaugeRemoved(String name) {
        renamed.remove(rename(name));
    }

    @Override
    public void onCounterAdded(String name, Counter counter) {
        add(name, counter);
    }

    @Override
    public void onCounterRemoved(String name) {
        renamed.remove(rename(name));
    }

    @Override
    public void onHistogramAdded(String name, Histogram histogram) {
        add(name, histogram);
    }

    @Override
    public void onHistogramRemoved(String name) {
        renamed.remove(rename(name));
    }

    @Override
    public void onMeterAdded(String name, Meter meter) {
        add(name, meter);
    }

    @Override
    public void onMeterRemoved(String name) {
        renamed.remove(rename(name));
    }

    @Override
    public void onTimerAdded(String name, Timer timer) {
        add(name, timer);
    }

    @Override
    public void onTimerRemoved(String name) {
        renamed.remove(rename(name));
    }

    private void add(String name, Metric metric) {
        renamed.remove(rename(name));
        renamed.register(rename(name), metric);
    }
}
