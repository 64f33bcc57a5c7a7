package dev.culvert.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.client.ClientMetrics;
import dev.culvert.client.ClientObserver;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.control.CommandGuard;
import dev.culvert.engine.control.Refusal;
import dev.culvert.engine.control.Reload;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A client's own little page, when it is asked for: {@code /metrics}, {@code /api/v1/status}, and commands. */
final class MetricsEndpoint implements AutoCloseable {

    private final @Nullable HostPort address;
    private final @Nullable PrometheusRegistry registry;
    private @Nullable HttpServer http;

    private MetricsEndpoint(@Nullable HostPort address) {
        this.address = address;
        registry = address == null ? null : new PrometheusRegistry();
    }

    static MetricsEndpoint of(@Nullable HostPort address) {
        return new MetricsEndpoint(address);
    }

    /** Those given, and the metrics if they are served. */
    List<ClientObserver> observing(List<ClientObserver> observers) {
        if (registry == null) {
            return observers;
        }
        List<ClientObserver> all = new ArrayList<>(observers);
        all.add(new ClientMetrics(registry));
        return all;
    }

    void serve(TunnelClient client, Reload reload, PrintWriter out) {
        if (address == null || registry == null) {
            return;
        }
        HostPort bind = address.orHost("127.0.0.1");
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(bind.host(), bind.port()), 0);
            JvmMetrics.builder().register(registry);
            server.createContext("/metrics", new MetricsHandler(registry));
            server.createContext("/api/v1/status", exchange -> answer(exchange, 200, client.status()));
            server.createContext(
                    "/api/v1/reload",
                    exchange -> command(exchange, path -> {
                        String query = exchange.getRequestURI().getQuery();
                        return reload.reload("dry_run=true".equals(query));
                    }));
            server.createContext("/api/v1/tunnels/", exchange -> command(exchange, path -> pause(client, path)));
            server.start();
            http = server;
            out.println("status and metrics: http://"
                    + new HostPort(bind.host(), server.getAddress().getPort()));
            out.flush();
        } catch (IOException e) {
            throw new CulvertException(
                    ConfigError.PORT_UNAVAILABLE, "metrics: cannot bind " + bind + " (" + e.getMessage() + ").", e);
        }
    }

    private static Object pause(TunnelClient client, String path) {
        int name = "/api/v1/tunnels/".length();
        int end = path.lastIndexOf('/');
        String what = path.substring(end + 1);
        if (end <= name || !what.equals("pause") && !what.equals("resume")) {
            throw new CulvertException(ConfigError.USAGE, path + " (expected: …/NAME/pause or …/NAME/resume).");
        }
        client.pause(path.substring(name, end), what.equals("pause"));
        return Map.of("tunnel", path.substring(name, end), "state", what + "d");
    }

    private static void command(HttpExchange exchange, Function<String, Object> work) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            answer(exchange, 405, Map.of("problems", List.of("a command is a POST")));
            return;
        }
        try {
            var headers = exchange.getRequestHeaders();
            CommandGuard.require(headers.getFirst(CommandGuard.HEADER), headers.getFirst("Host"));
            answer(exchange, 200, work.apply(exchange.getRequestURI().getPath()));
        } catch (RuntimeException e) {
            answer(exchange, AdministrationCall.UNPROCESSABLE, Refusal.of(e));
        }
    }

    private static void answer(HttpExchange exchange, int status, Object value) throws IOException {
        byte[] body = Json.write(value).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        try (var answer = exchange.getResponseBody()) {
            answer.write(body);
        }
    }

    @Override
    public void close() {
        if (http != null) {
            http.stop(0);
        }
    }
}
