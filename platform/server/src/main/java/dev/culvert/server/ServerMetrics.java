package dev.culvert.server;

import dev.culvert.engine.telemetry.DatagramCounters;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.event.DatagramEvent;
import dev.culvert.spi.event.RequestEvent;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.spi.protocol.RequestReport;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every metric that the server exports. Labels hold configured names only, never an address or a stream id. */
public final class ServerMetrics implements SessionListener {

    // What a client says of a dial that failed; whatever else ends a connection ended one that stood.
    private static final Set<String> UNSERVED = Stream.of(
                    ServiceError.REFUSED,
                    ServiceError.TIMEOUT,
                    ServiceError.UNKNOWN_HOST,
                    ServiceError.FAILED,
                    ServiceError.NOT_LISTED)
            .map(ServiceError::code)
            .collect(Collectors.toUnmodifiableSet());

    private static final double[] SECONDS = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600, 3600};

    private static final double[] REQUEST_SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
    };

    private final Counter connections;
    private final Gauge connectionsPerAccount;
    private final Gauge sessions;
    private final Counter requests;
    private final Counter bytes;
    private final DatagramCounters datagrams;
    private final Counter evicted;
    private final Counter refused;
    private final Histogram duration;
    private final Histogram requestDuration;
    private final Counter sentTwice;
    private final Counter held;

    /**
     * Registers them.
     *
     * @param registry where
     * @param server the server that they describe, once there is one
     */
    public ServerMetrics(PrometheusRegistry registry, Supplier<TunnelServer> server) {
        connections = Counter.builder()
                .name("tunnel_connections_total")
                .help("Sessions that clients have opened.")
                .labelNames("account")
                .register(registry);
        connectionsPerAccount = Gauge.builder()
                .name("tunnel_connections_per_account")
                .help("Sessions that are active, by account.")
                .labelNames("account")
                .register(registry);
        sessions = Gauge.builder()
                .name("culvert_sessions")
                .help("Sessions that are active, by listener.")
                .labelNames("listen")
                .register(registry);
        requests = Counter.builder()
                .name("tunnel_requests_total")
                .help("Requests; for tcp, connections of visitors.")
                .labelNames("account", "tunnel", "outcome")
                .register(registry);
        datagrams = new DatagramCounters(registry, "account", "tunnel");
        evicted = Counter.builder()
                .name("culvert_flows_evicted_total")
                .help("Flows of datagrams that had to end so that others could begin.")
                .labelNames("account", "tunnel")
                .register(registry);
        bytes = Counter.builder()
                .name("culvert_bytes_total")
                .help("Bytes of visitors that have gone through, counted when a connection ends.")
                .labelNames("account", "tunnel", "direction")
                .register(registry);
        refused = Counter.builder()
                .name("culvert_visitors_refused_total")
                .help("Visitors that got nothing, by error code.")
                .labelNames("account", "tunnel", "code")
                .register(registry);
        duration = Histogram.builder()
                .name("culvert_connection_duration_seconds")
                .help("How long connections of visitors lasted.")
                .unit(Unit.SECONDS)
                .labelNames("account", "tunnel")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
        requestDuration = Histogram.builder()
                .name("tunnel_request_duration_seconds")
                .help("How long requests took, from their head to the end of the answer.")
                .unit(Unit.SECONDS)
                .labelNames("account", "tunnel")
                .classicOnly()
                .classicUpperBounds(REQUEST_SECONDS)
                .register(registry);
        sentTwice = Counter.builder()
                .name("culvert_requests_sent_twice_total")
                .help("Requests that were sent once more because the first stream was lost.")
                .labelNames("account", "tunnel")
                .register(registry);
        held = Counter.builder()
                .name("culvert_requests_held_total")
                .help("Requests that were held while their tunnel's client was away, by what became of them.")
                .labelNames("account", "tunnel", "outcome")
                .register(registry);
        GaugeWithCallback.builder()
                .name("tunnel_registry_size")
                .help("Endpoints that are public.")
                .callback(value -> value.call(server.get().endpoints()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("culvert_unauthenticated_connections")
                .help("Connections that have not logged in.")
                .callback(value -> value.call(server.get().unauthenticated()))
                .register(registry);
        strangers(registry, server);
        connections(registry, server);
        states(registry, server);
        visitors(registry, server);
        shares(registry, "culvert_listener", "listen", () -> server.get().byListener());
        shares(registry, "culvert_host", "host", () -> server.get().byHost());
    }

    private static void strangers(PrometheusRegistry registry, Supplier<TunnelServer> server) {
        CounterWithCallback.builder()
                .name("culvert_clients_refused_total")
                .help("Connections of clients that came to no session, by error code.")
                .labelNames("listen", "code")
                .callback(value ->
                        server.get().strangers().refused().forEach((labels, count) -> value.call(count, labels)))
                .register(registry);
        CounterWithCallback.builder()
                .name("culvert_bans_total")
                .help("Sources that were banned because their logins failed.")
                .callback(value -> value.call(server.get().strangers().bans()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("culvert_banned_sources")
                .help("Sources that are banned now.")
                .callback(value -> value.call(server.get().strangers().banned()))
                .register(registry);
        CounterWithCallback.builder()
                .name("culvert_log_lines_suppressed_total")
                .help("Lines about strangers that were not written because there were too many.")
                .callback(value -> value.call(server.get().strangers().suppressedLines()))
                .register(registry);
        CounterWithCallback.builder()
                .name("culvert_tunnels_refused_total")
                .help("Tunnels that clients asked for and did not get, by error code.")
                .labelNames("account", "code")
                .callback(value -> server.get().refusedTunnels().forEach((labels, count) -> value.call(count, labels)))
                .register(registry);
    }

    private static void connections(PrometheusRegistry registry, Supplier<TunnelServer> server) {
        GaugeWithCallback.builder()
                .name("culvert_connections")
                .help("Connections and listening sockets of the data plane.")
                .callback(value -> value.call(server.get().sockets().connections()))
                .register(registry);
        CounterWithCallback.builder()
                .name("culvert_connections_refused_total")
                .help("Connections refused as soon as they came, by error code.")
                .labelNames("code")
                .callback(value ->
                        server.get().sockets().refusedConnections().forEach((code, count) -> value.call(count, code)))
                .register(registry);
    }

    private static void visitors(PrometheusRegistry registry, Supplier<TunnelServer> server) {
        GaugeWithCallback.builder()
                .name("tunnel_streams_active")
                .help("Streams that are open for visitors; for http, requests that are under way.")
                .labelNames("account", "tunnel")
                .callback(value -> server.get()
                        .streamsByTunnel()
                        .forEach((labels, count) -> value.call(count, labels.toArray(String[]::new))))
                .register(registry);
        GaugeWithCallback.builder()
                .name("culvert_visitors")
                .help("Connections, flows of udp and http requests of visitors that are under way.")
                .callback(value -> value.call(server.get().inAll().streams()))
                .register(registry);
        CounterWithCallback.builder()
                .name("culvert_throttled_seconds_total")
                .help("Time for which a bandwidth held connections back, all connections and directions together.")
                .unit(Unit.SECONDS)
                .labelNames("account", "tunnel")
                .callback(value -> server.get().throttled().forEach((labels, nanos) -> value.call(nanos / 1e9, labels)))
                .register(registry);
    }

    // Asked for rather than told: the hosts are those of tunnels that are public now, so there are no more of them.
    private static void shares(
            PrometheusRegistry registry, String prefix, String label, Supplier<Map<String, Share>> shares) {
        CounterWithCallback.builder()
                .name(prefix + "_requests_total")
                .help("Connections, flows of udp and http requests, refused ones included, by " + label + ".")
                .labelNames(label)
                .callback(value -> shares.get().forEach((name, share) -> value.call(share.requests(), name)))
                .register(registry);
        CounterWithCallback.builder()
                .name(prefix + "_errors_total")
                .help("Those that were refused, ended badly, or were answered by a status from 500 on, by " + label
                        + ".")
                .labelNames(label)
                .callback(value -> shares.get().forEach((name, share) -> value.call(share.errors(), name)))
                .register(registry);
        CounterWithCallback.builder()
                .name(prefix + "_bytes_total")
                .help("Bytes of visitors that have gone through, by " + label + ".")
                .labelNames(label, "direction")
                .callback(value -> shares.get().forEach((name, share) -> {
                    value.call(share.bytesIn(), name, "in");
                    value.call(share.bytesOut(), name, "out");
                }))
                .register(registry);
    }

    private static void states(PrometheusRegistry registry, Supplier<TunnelServer> server) {
        GaugeWithCallback.builder()
                .name("culvert_tunnels")
                .help("Tunnels of the clients that are there, by state and listener.")
                .labelNames("state", "listen")
                .callback(value -> {
                    Map<List<String>, Integer> counts = new HashMap<>();
                    for (ClientStatus client : server.get().clients()) {
                        for (ClientStatus.TunnelStatus tunnel : client.tunnels()) {
                            counts.merge(List.of(tunnel.state().toString(), client.listener()), 1, Integer::sum);
                        }
                    }
                    counts.forEach((labels, count) -> value.call(count, labels.toArray(String[]::new)));
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("culvert_round_trip_seconds")
                .help("The longest of the sessions' last round trips, by listener.")
                .labelNames("listen")
                .callback(value -> {
                    Map<String, Double> longest = new HashMap<>();
                    for (ClientStatus client : server.get().clients()) {
                        Double took = client.roundTripMs();
                        double seconds = took == null ? Double.NaN : took / 1e3; // not known yet
                        longest.merge(
                                client.listener(),
                                seconds,
                                (one, other) -> Double.isNaN(one) || other > one ? other : one);
                    }
                    longest.forEach((listener, seconds) -> value.call(seconds, listener));
                })
                .register(registry);
    }

    @Override
    public void connected(SessionEvent session) {
        connections.labelValues(session.principal().account()).inc();
        connectionsPerAccount.labelValues(session.principal().account()).inc();
        sessions.labelValues(session.listener()).inc();
    }

    @Override
    public void disconnected(SessionEvent session) {
        connectionsPerAccount.labelValues(session.principal().account()).dec();
        sessions.labelValues(session.listener()).dec();
    }

    @Override
    public void datagrams(DatagramEvent event) {
        datagrams.add(event.count(), event.account(), event.tunnel());
        evicted.labelValues(event.account(), event.tunnel()).inc(event.count().evicted());
    }

    @Override
    public void visitorClosed(VisitorEvent visitor) {
        bytes.labelValues(visitor.account(), visitor.tunnel(), "in").inc(visitor.bytesIn());
        bytes.labelValues(visitor.account(), visitor.tunnel(), "out").inc(visitor.bytesOut());
        duration.labelValues(visitor.account(), visitor.tunnel())
                .observe(visitor.duration().toNanos() / 1e9);
        String code = code(visitor.reason());
        // Its bytes went ahead of the client's dial, which then failed: nobody was there.
        boolean unserved = UNSERVED.contains(code);
        if (unserved) {
            refused.labelValues(visitor.account(), visitor.tunnel(), code).inc();
        }
        String outcome = unserved ? "refused" : visitor.reason().equals("closed") ? "ok" : "aborted";
        requests.labelValues(visitor.account(), visitor.tunnel(), outcome).inc();
    }

    @Override
    public void visitorRefused(VisitorEvent visitor) {
        refused.labelValues(visitor.account(), visitor.tunnel(), code(visitor.reason()))
                .inc();
        requests.labelValues(visitor.account(), visitor.tunnel(), "refused").inc();
    }

    @Override
    public void requestEnded(RequestEvent request) {
        RequestReport report = request.report();
        if (report.isBridged()) {
            return; // what follows is counted as a connection
        }
        String account = request.account();
        String tunnel = request.tunnel();
        requestDuration.labelValues(account, tunnel).observe(report.duration().toNanos() / 1e9);
        bytes.labelValues(account, tunnel, "in").inc(report.bytesIn());
        bytes.labelValues(account, tunnel, "out").inc(report.bytesOut());
        if (report.sentTwice()) {
            sentTwice.labelValues(account, tunnel).inc();
        }
        if (!report.held().isZero()) {
            String outcome = report.outcome().name().toLowerCase(Locale.ROOT);
            held.labelValues(account, tunnel, outcome).inc();
        }
        switch (report.outcome()) {
            case OK -> requests.labelValues(account, tunnel, "ok").inc();
            case ABORTED -> requests.labelValues(account, tunnel, "aborted").inc();
            case REFUSED -> {
                if (!report.isRefusal()) {
                    requests.labelValues(account, tunnel, "ok").inc();
                } // else counted with its code
            }
        }
    }

    private static String code(String reason) {
        int colon = reason.indexOf(':');
        return colon < 0 ? reason : reason.substring(0, colon);
    }
}
