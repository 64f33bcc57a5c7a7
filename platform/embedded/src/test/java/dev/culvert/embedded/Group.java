package dev.culvert.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.client.ClientFile;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.server.ServerFile;
import dev.culvert.server.ServerMetrics;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.event.DatagramEvent;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.protocol.DatagramCount;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server and the clients that share an endpoint of it; closes all that a test has made. */
final class Group implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String TOKEN = "a token of more than sixteen bytes";

    private final Path directory;
    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final PrometheusRegistry metrics = new PrometheusRegistry();
    private final Queue<DatagramCount> counts = new ConcurrentLinkedQueue<>();
    private final TunnelServer server;
    private volatile boolean lost;

    private Group(Path directory, List<Map<String, Object>> protocols) {
        this.directory = directory;
        var sources = ConfigurationSources.none()
                .flag("test", "listen", List.of(Map.of("name", "main", "bind", "127.0.0.1:0", "transport", "plain")))
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "protocol", protocols);
        server = closing(new TunnelServer(
                ServerFile.load(sources, null).value().toSettings(directory),
                List.of(new ServerMetrics(metrics, this::server), new SessionListener() {
                    @Override
                    public void disconnected(SessionEvent session) {
                        lost = true;
                    }

                    @Override
                    public void datagrams(DatagramEvent datagrams) {
                        counts.add(datagrams.count());
                    }
                })));
        server.start();
    }

    static Group start(Path directory, List<Map<String, Object>> protocols) {
        return new Group(directory, protocols);
    }

    /** The keys of a tunnel that balances and is not probed, with others. */
    static Map<String, Object> keys(Object... keys) {
        Map<String, Object> tunnel = new LinkedHashMap<>();
        tunnel.put("name", "web");
        tunnel.put("on_conflict", "balance");
        tunnel.put("probe", false);
        for (int i = 0; i < keys.length; i += 2) {
            tunnel.put(
                    (String) keys[i],
                    keys[i + 1] instanceof Number || keys[i + 1] instanceof Boolean
                            ? keys[i + 1]
                            : keys[i + 1].toString());
        }
        return tunnel;
    }

    /** A client that is ready. */
    TunnelClient client(Map<String, Object> tunnel) {
        return client(port(), tunnel);
    }

    /** A client that comes by a wire which can be cut. */
    TunnelClient client(CutWire wire, Map<String, Object> tunnel) {
        return client(wire.port(), tunnel);
    }

    private TunnelClient client(int at, Map<String, Object> tunnel) {
        var sources = ConfigurationSources.none()
                .flag("test", "server", "127.0.0.1:" + at)
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", List.of(tunnel));
        TunnelClient client =
                closing(new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of()));
        client.start();
        assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
        return client;
    }

    CutWire wire() throws IOException {
        return closing(CutWire.to(server.addresses().get("main")));
    }

    int port() {
        return server.addresses().get("main").getPort();
    }

    TunnelServer server() {
        return server;
    }

    /** What has become of datagrams on the server. */
    List<DatagramCount> datagrams() {
        return List.copyOf(counts);
    }

    /** Whether the server knows that a session has ended. */
    boolean hasLostOne() {
        return lost;
    }

    /** What a counter of the server says; 0 where it has not counted. */
    double counted(String name, String... labels) {
        return metrics.scrape().stream()
                .filter(metric -> metric.getMetadata().getPrometheusName().equals(name))
                .flatMap(metric -> ((CounterSnapshot) metric).getDataPoints().stream())
                .filter(point -> point.getLabels().equals(Labels.of(labels)))
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }

    int clients() {
        return server.clients().size();
    }

    List<TunnelState> states() {
        return server.clients().stream()
                .flatMap(client -> client.tunnels().stream())
                .map(tunnel -> tunnel.state())
                .toList();
    }

    List<String> reasons() {
        return server.clients().stream()
                .flatMap(client -> client.tunnels().stream())
                .map(tunnel -> tunnel.reason())
                .toList();
    }

    <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }

    @Override
    public void close() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }
}
