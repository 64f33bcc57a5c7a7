package dev.culvert.client;

import dev.culvert.engine.telemetry.DatagramCounters;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.event.DatagramEvent;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.VisitorEvent;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Every metric that a client exports. Labels hold configured names only. */
public final class ClientMetrics implements ClientObserver {

    private static final double[] SECONDS = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10};

    private final Gauge connected;
    private final Counter requests;
    private final Histogram duration;
    private final Counter errors;
    private final Counter bytes;
    private final DatagramCounters datagrams;
    private final Counter retries;
    private final Gauge healthy;

    /**
     * Registers them.
     *
     * @param registry where
     */
    public ClientMetrics(PrometheusRegistry registry) {
        connected = Gauge.builder()
                .name("agent_connection_status")
                .help("How many sessions to the server stand; 0 is disconnected.")
                .register(registry);
        requests = Counter.builder()
                .name("agent_requests_total")
                .help("Streams that the server has opened to a local service.")
                .labelNames("tunnel")
                .register(registry);
        duration = Histogram.builder()
                .name("agent_request_duration_seconds")
                .help("How long local services took to accept a connection.")
                .unit(Unit.SECONDS)
                .labelNames("tunnel")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
        errors = Counter.builder()
                .name("agent_errors_total")
                .help("Streams that ended badly and sessions that were lost, by error code.")
                .labelNames("code")
                .register(registry);
        datagrams = new DatagramCounters(registry, "tunnel");
        bytes = Counter.builder()
                .name("culvert_bytes_total")
                .help("Bytes of visitors that have gone through, counted when a connection ends.")
                .labelNames("tunnel", "direction")
                .register(registry);
        healthy = Gauge.builder()
                .name("culvert_service_healthy")
                .help("Whether the health check of a tunnel's service succeeds: 1 or 0.")
                .labelNames("tunnel")
                .register(registry);
        retries = Counter.builder()
                .name("culvert_reconnects_total")
                .help("Attempts to reach the server after the first.")
                .register(registry);
    }

    @Override
    public void connected(SessionEvent session) {
        connected.inc();
    }

    @Override
    public void disconnected(SessionEvent session) {
        connected.dec();
        error(session.reason());
    }

    @Override
    public void datagrams(DatagramEvent event) {
        datagrams.add(event.count(), event.tunnel());
    }

    @Override
    public void visitorClosed(VisitorEvent visitor) {
        bytes.labelValues(visitor.tunnel(), "in").inc(visitor.bytesIn());
        bytes.labelValues(visitor.tunnel(), "out").inc(visitor.bytesOut());
        error(visitor.reason().equals("closed") ? "" : visitor.reason());
    }

    @Override
    public void retrying(String server, CulvertException cause, Duration pause) {
        retries.inc();
    }

    @Override
    public void serviceHealth(String tunnel, @Nullable CulvertException trouble) {
        healthy.labelValues(tunnel).set(trouble == null ? 1 : 0);
    }

    @Override
    public void dialled(String tunnel, Duration took, @Nullable CulvertException cause) {
        requests.labelValues(tunnel).inc();
        duration.labelValues(tunnel).observe(took.toNanos() / 1e9);
        if (cause != null) {
            errors.labelValues(cause.code().code()).inc();
        }
    }

    private void error(String reason) {
        if (!reason.isEmpty()) {
            int colon = reason.indexOf(':');
            errors.labelValues(colon < 0 ? reason : reason.substring(0, colon)).inc();
        }
    }
}
