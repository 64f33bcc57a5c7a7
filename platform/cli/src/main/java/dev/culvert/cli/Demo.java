package dev.culvert.cli;

import dev.culvert.client.ClientConfiguration;
import dev.culvert.client.ClientEnd;
import dev.culvert.client.ClientObserver;
import dev.culvert.client.TunnelClient;
import dev.culvert.server.RunningServer;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.event.TunnelEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server, a client and a tiny page in this process, on loopback and free ports, joined as they are in real life. */
final class Demo implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DemoPage page;
    private final RunningServer server;
    private final TunnelClient client;
    private final CompletableFuture<String> endpoint;

    private Demo(DemoPage page, RunningServer server, TunnelClient client, CompletableFuture<String> endpoint) {
        this.page = page;
        this.server = server;
        this.client = client;
        this.endpoint = endpoint;
    }

    static Demo start(Path dataDirectory) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Configurations configurations = new Configurations();
        DemoPage page = DemoPage.start();
        RunningServer server = RunningServer.start(
                configurations.server(null, serverFlags(token)).value(), dataDirectory);
        int port = server.tunnels().addresses().values().iterator().next().getPort();
        String pin = server.tunnels().pins().values().iterator().next().get(0);
        CompletableFuture<String> endpoint = new CompletableFuture<>();
        ClientConfiguration configuration = configurations
                .client(null, clientFlags(token, port, pin, page.port()))
                .value();
        TunnelClient client =
                new TunnelClient(configuration.settings(dataDirectory), List.of(new FirstEndpoint(endpoint)));
        client.ended().thenAccept(end -> endpoint.completeExceptionally(failure(end)));
        client.start();
        return new Demo(page, server, client, endpoint);
    }

    int controlPort() {
        return server.tunnels().addresses().values().iterator().next().getPort();
    }

    /** What the client pins. */
    String pin() {
        return server.tunnels().pins().values().iterator().next().get(0);
    }

    int administrationPort() {
        return server.administration().getPort();
    }

    int servicePort() {
        return page.port();
    }

    /** Where the page is public, as {@code http://…}. */
    String url() throws InterruptedException {
        try {
            return endpoint.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).replaceFirst("^tcp:", "http:") + "/";
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CulvertException known ? known : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new CulvertException(
                    WireError.UNREACHABLE, "no tunnel within " + PATIENCE.toSeconds() + " s on this machine.", e);
        }
    }

    /** Asks for the page as a visitor would. */
    HttpResponse<String> visit(String url) throws InterruptedException {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .timeout(PATIENCE)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new CulvertException(WireError.UNREACHABLE, "no answer from " + url + " (" + e + ").", e);
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
        page.close();
    }

    private static CulvertException failure(ClientEnd end) {
        return end.cause() != null
                ? end.cause()
                : new CulvertException(WireError.CONNECTION_LOST, "the client ended before its tunnel was open.");
    }

    private static Flags serverFlags(String token) {
        Flags flags = new Flags();
        flags.set("demo", "listen", List.of(Map.of("bind", "127.0.0.1:0")));
        flags.set("demo", "auth", List.of(Map.of("type", "token", "token", token)));
        flags.set("demo", "protocol", List.of(Map.of("type", "tcp", "bind", "127.0.0.1")));
        return flags.administration("demo", 0);
    }

    private static Flags clientFlags(String token, int port, String pin, int service) {
        Flags flags = new Flags();
        flags.set("demo", "server", "127.0.0.1:" + port);
        flags.set("demo", "transport", List.of(Map.of("type", "tls", "pin", pin)));
        flags.set("demo", "client_id", "demo");
        flags.set("demo", "auth", List.of(Map.of("type", "token", "token", token)));
        flags.set(
                "demo",
                "tunnel",
                List.of(Map.of("type", "tcp", "name", "demo", "port", 0, "local", "127.0.0.1:" + service)));
        return flags;
    }

    private record FirstEndpoint(CompletableFuture<String> endpoint) implements ClientObserver {

        @Override
        public void tunnelOpened(TunnelEvent tunnel) {
            endpoint.complete(tunnel.endpoint());
        }

        @Override
        public void tunnelRefused(String tunnel, String server, CulvertException cause) {
            endpoint.completeExceptionally(cause);
        }
    }
}
