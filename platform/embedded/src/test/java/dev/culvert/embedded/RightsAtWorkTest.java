package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientEnd;
import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientStatus.TunnelStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.EngineContext;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.net.Sockets;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.server.ServerConfiguration;
import dev.culvert.server.ServerFile;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.Rights;
import dev.culvert.spi.Role;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.auth.CredentialIssuer;
import dev.culvert.spi.auth.IssueRequest;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.testkit.EchoService;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the holder of a credential may do, and which visitors a tunnel is for, through a whole server and client. */
final class RightsAtWorkTest {

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private String token = "";
    private TunnelServer server;
    private EchoService echo;

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void aCredentialIsGoodOnlyFromItsNetworks() throws Exception {
        serve(Rights.ALL.withSources(List.of(SourceNetwork.parse("10.0.0.0/8"))));

        ClientEnd end = client(List.of(tunnel("a", Map.of())))
                .ended()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);

        assertThat(end.cause()).hasMessageStartingWith("CLV-2017").hasMessageContaining("127.0.0.1");
        assertThat(server.clients()).isEmpty();
    }

    @Test
    void anAccountHasNoMoreTunnelsThanItsRightsPermit() throws Exception {
        serve(Rights.ALL.withTunnels(1));

        TunnelClient client = client(List.of(tunnel("a", Map.of()), tunnel("b", Map.of())));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(client.status().tunnels())
                        .extracting(TunnelStatus::state)
                        .contains(TunnelState.REFUSED)
                        .containsAnyOf(TunnelState.REGISTERED, TunnelState.READY));
        assertThat(client.status().tunnels())
                .extracting(TunnelStatus::reason)
                .anyMatch(reason -> reason.startsWith("CLV-3015"));
    }

    @Test
    void anAccountHasNoMoreStreamsThanItsRightsPermit() throws Exception {
        serve(Rights.ALL.withStreams(2));
        int port = port(client(List.of(tunnel("a", Map.of()))));
        try (Socket one = visit("127.0.0.1", port);
                Socket two = visit("127.0.0.1", port)) {
            assertThat(say(one, "one")).isEqualTo("one");
            assertThat(say(two, "two")).isEqualTo("two");

            assertReset("127.0.0.1", port);
            assertThat(refused).hasSize(1).first().asString().startsWith("CLV-3016");
            assertThat(echo.connections()).isEqualTo(2);
        }
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            try (Socket later = visit("127.0.0.1", port)) {
                return say(later, "later").equals("later");
            }
        });
    }

    @Test
    void eachFlowOfDatagramsCountsAsAStream() throws Exception {
        serve(Rights.ALL.withStreams(2));
        NamedDatagrams service = closing(new NamedDatagrams("served", 0));
        Map<String, Object> tunnel = tunnel("a", Map.of("type", "udp", "idle_timeout", "1s"));
        tunnel.put("local", service.address());
        int port = port(client(List.of(tunnel)));

        for (int i = 0; i < 2; i++) { // the stream that carries them is nobody's
            assertThat(NamedDatagrams.ask(closing(NamedDatagrams.visitor("127.0.0.1", port))))
                    .isEqualTo("served");
        }
        DatagramSocket third = closing(NamedDatagrams.visitor("127.0.0.1", port));
        assertThat(NamedDatagrams.attempt(third)).isFalse();
        assertThat(refused).hasSize(1).first().asString().startsWith("CLV-3016");

        await().atMost(Duration.ofSeconds(30)).until(() -> NamedDatagrams.attempt(third));
    }

    @Test
    void aVisitorFromADeniedNetworkNeverReachesTheService() throws Exception {
        serve(Rights.ALL);
        int port = port(client(List.of(tunnel(
                "a", Map.of("allow", List.of("127.0.0.0/8"), "deny", List.of("127.0.0.2"), "when_absent", "wait")))));

        assertReset("127.0.0.2", port);

        assertThat(refused).hasSize(1).first().asString().startsWith("CLV-3014");
        assertThat(echo.connections()).isZero();
        try (Socket other = visit("127.0.0.3", port)) {
            assertThat(say(other, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void aBandwidthLosesNothing() throws Exception {
        serve(Rights.ALL.withBandwidth(new DataSize(1_000_000)));
        int port = port(client(List.of(tunnel("a", Map.of()))));
        byte[] sent = new byte[700_000];
        new Random(1).nextBytes(sent);
        try (Socket visitor = visit("127.0.0.1", port)) {
            Thread writer = new Thread(() -> {
                try {
                    visitor.getOutputStream().write(sent);
                    visitor.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();

            assertThat(Arrays.equals(visitor.getInputStream().readAllBytes(), sent))
                    .isTrue();
            writer.join();
        }
    }

    /** A server on which one token has these rights. */
    private void serve(Rights rights) throws IOException {
        echo = closing(EchoService.start());
        ServerConfiguration configuration = ServerFile.load(
                        ConfigurationSources.none()
                                .flag("test", "listen", List.of(Map.of("bind", "127.0.0.1:0", "transport", "plain")))
                                .flag("test", "auth", List.of(Map.of("type", "token"))),
                        null)
                .value();
        try (EngineContext context = new EngineContext(Role.SERVER, directory, Sockets.open("nio", 1), warning -> {})) {
            token = ((CredentialIssuer) configuration.auth().get(0))
                    .enroll(new IssueRequest("laptop", null, null, null, rights), context)
                    .secret()
                    .reveal();
        }
        server = closing(new TunnelServer(configuration.toSettings(directory), List.of(new SessionListener() {
            @Override
            public void visitorRefused(VisitorEvent visitor) {
                refused.add(visitor.reason());
            }
        })));
        server.start();
    }

    private Map<String, Object> tunnel(String name, Map<String, Object> keys) {
        Map<String, Object> tunnel = new LinkedHashMap<>(keys);
        tunnel.putIfAbsent("type", "tcp");
        tunnel.put("name", name);
        tunnel.put("local", echo.address().toString());
        tunnel.put("probe", false); // whoever reaches the service is counted
        return tunnel;
    }

    private TunnelClient client(List<Map<String, Object>> tunnels) {
        var sources = ConfigurationSources.none()
                .flag(
                        "test",
                        "server",
                        "127.0.0.1:" + server.addresses().get("main").getPort())
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", token)))
                .flag("test", "tunnel", tunnels);
        TunnelClient client =
                closing(new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of()));
        client.start();
        return client;
    }

    private static int port(TunnelClient client) throws Exception {
        client.ready().toCompletableFuture().get(30, TimeUnit.SECONDS);
        return URI.create(client.status().tunnels().get(0).endpoint()).getPort();
    }

    private static Socket visit(String from, int port) throws IOException {
        Socket visitor = new Socket();
        visitor.bind(new InetSocketAddress(from, 0));
        visitor.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
        visitor.setSoTimeout(30_000);
        return visitor;
    }

    private static String say(Socket visitor, String words) throws IOException {
        visitor.getOutputStream().write(words.getBytes(UTF_8));
        return new String(visitor.getInputStream().readNBytes(words.length()), UTF_8);
    }

    // The reset may come while it still connects.
    private static void assertReset(String from, int port) throws IOException {
        try (Socket visitor = visit(from, port)) {
            assertThat(visitor.getInputStream().read())
                    .as("a reset, no byte and no end")
                    .isEqualTo(-2);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }
}
