package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientFile;
import dev.culvert.client.ClientStatus;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a TCP tunnel promises, through a whole server and whole clients. */
final class TcpTunnelTest {

    private static final String TOKEN = "a token of more than sixteen bytes";

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final List<String> ended = new CopyOnWriteArrayList<>();
    private TunnelServer server;
    private CutWire wire;

    @BeforeEach
    void start() throws IOException {
        server = closing(Culvert.listen(0)
                .bind("127.0.0.1:0")
                .plain()
                .token(TOKEN)
                .dataDirectory(directory)
                .listener(new SessionListener() {
                    @Override
                    public void visitorRefused(VisitorEvent visitor) {
                        refused.add(visitor.reason());
                    }

                    @Override
                    public void visitorClosed(VisitorEvent visitor) {
                        ended.add(visitor.reason());
                    }
                })
                .start());
        wire = closing(CutWire.to(server.addresses().get("main")));
    }

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void whatAVisitorSendsBeforeItEndsComesBackWhole() throws Exception {
        int port = publicPort(client(Map.of("local", echo())));
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);

        try (Socket visitor = visit(port)) {
            Thread writer = new Thread(() -> writeAndEnd(visitor, sent));
            writer.start();
            byte[] received = visitor.getInputStream().readAllBytes();
            writer.join();

            assertThat(received).isEqualTo(sent);
        }
        await().untilAsserted(() -> assertThat(ended).containsExactly("closed"));
    }

    @Test
    void aServiceThatIsDownResetsTheVisitorAndIsNotedWithItsCode() throws Exception {
        int port = publicPort(client(Map.of("local", "127.0.0.1:1")));

        for (int i = 0; i < 50; i++) {
            assertReset(visit(port));
        }

        await().until(() -> refused.size() + ended.size() == 50);
        assertThat(Stream.concat(refused.stream(), ended.stream()))
                .allSatisfy(reason -> assertThat(reason).startsWith("CLV-5001").contains("127.0.0.1:1"));
    }

    @Test
    void whileTheClientIsAwayAVisitorIsReset() throws Exception {
        int port = publicPort(client(Map.of("local", echo())));

        wire.cut();

        await().until(() -> server.clients().isEmpty());
        assertReset(visit(port));
        assertThat(refused).hasSize(1).first().asString().startsWith("CLV-3009");
        wire.mend();
        await().atMost(20, TimeUnit.SECONDS).until(this::isServed);
        try (Socket visitor = visit(port)) {
            assertThat(ask(visitor, "back?")).isEqualTo("back?");
        }
    }

    @Test
    void aVisitorMayWaitForTheClient() throws Exception {
        int port = publicPort(client(Map.of("local", echo(), "when_absent", "wait", "wait_timeout", "20s")));
        wire.cut();
        await().until(() -> server.clients().isEmpty());

        try (Socket visitor = visit(port)) {
            visitor.getOutputStream().write("early ".getBytes(UTF_8));
            wire.mend();

            assertThat(ask(visitor, "bird")).isEqualTo("early bird");
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void aVisitorMayWaitForTheService() throws Exception {
        int local = FreePort.any();
        int port =
                publicPort(client(Map.of("local", "127.0.0.1:" + local, "when_absent", "wait", "wait_timeout", "20s")));

        try (Socket visitor = visit(port)) {
            visitor.getOutputStream().write("early ".getBytes(UTF_8));
            closing(EchoService.start(local));

            assertThat(ask(visitor, "bird")).isEqualTo("early bird");
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void aVisitorDoesNotWaitForEver() throws Exception {
        int port = publicPort(client(Map.of("local", "127.0.0.1:1", "when_absent", "wait", "wait_timeout", "300ms")));

        assertReset(visit(port));

        await().untilAsserted(
                        () -> assertThat(refused).hasSize(1).first().asString().startsWith("CLV-3010"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"reject", "balance"})
    void aPortThatAnotherClientHoldsIsRefused(String wish) throws Exception {
        int port = publicPort(client(Map.of("local", echo())));

        TunnelClient second = client(Map.of("local", echo(), "port", port, "on_conflict", wish));

        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(second.ended().toCompletableFuture())
                        .isCompletedWithValueMatching(
                                end -> end.cause().getMessage().startsWith("CLV-3003")));
        try (Socket visitor = visit(port)) {
            assertThat(ask(visitor, "still here?")).isEqualTo("still here?");
        }
    }

    @Test
    void theNewestClientMayTakeAPortOver() throws Exception {
        Map<String, Object> tunnel = new LinkedHashMap<>(Map.of("on_conflict", "replace", "probe", false));
        EchoService old = closing(EchoService.start());
        EchoService fresh = closing(EchoService.start());
        tunnel.put("local", old.address().toString());
        int port = publicPort(client(tunnel));
        try (Socket before = visit(port)) {
            assertThat(say(before, "before")).isEqualTo("before");

            tunnel.put("local", fresh.address().toString());
            tunnel.put("port", port);
            publicPort(client(tunnel));

            try (Socket after = visit(port)) {
                assertThat(ask(after, "after")).isEqualTo("after");
            }
            assertThat(fresh.connections()).isOne();
            assertThat(say(before, "still open")).isEqualTo("still open");
        }
    }

    @Test
    void clientsThatBalanceShareThePort() throws Exception {
        Map<String, Object> tunnel = new LinkedHashMap<>(Map.of("on_conflict", "balance", "probe", false));
        List<EchoService> services = List.of(closing(EchoService.start()), closing(EchoService.start()));
        tunnel.put("local", services.get(0).address().toString());
        int port = publicPort(client(tunnel));
        tunnel.put("local", services.get(1).address().toString());
        tunnel.put("port", port);
        publicPort(client(tunnel));
        List<Socket> visitors = new ArrayList<>();

        for (int i = 0; i < 10; i++) {
            Socket visitor = closing(visit(port));
            visitors.add(visitor);
            assertThat(say(visitor, "hello")).isEqualTo("hello");
        }

        assertThat(services)
                .allSatisfy(service -> assertThat(service.connections()).isEqualTo(5));
    }

    private TunnelClient client(Map<String, Object> keys) {
        Map<String, Object> tunnel = new LinkedHashMap<>(keys);
        tunnel.put("type", "tcp");
        tunnel.put("name", "web");
        var sources = ConfigurationSources.none()
                .flag("test", "server", "127.0.0.1:" + wire.port())
                .flag("test", "transport", "plain")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", List.of(tunnel));
        TunnelClient client =
                closing(new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of()));
        client.start();
        return client;
    }

    private static int publicPort(TunnelClient client) throws Exception {
        client.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        ClientStatus status = client.status();
        return URI.create(status.tunnels().get(0).endpoint()).getPort();
    }

    private boolean isServed() {
        return server.clients().stream().anyMatch(client -> !client.tunnels().isEmpty());
    }

    private String echo() throws IOException {
        return closing(EchoService.start()).address().toString();
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }

    private static Socket visit(int port) throws IOException {
        Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port);
        visitor.setSoTimeout(20_000);
        return visitor;
    }

    private static String ask(Socket visitor, String question) throws IOException {
        visitor.getOutputStream().write(question.getBytes(UTF_8));
        visitor.shutdownOutput();
        return new String(visitor.getInputStream().readAllBytes(), UTF_8);
    }

    private static String say(Socket visitor, String words) throws IOException {
        visitor.getOutputStream().write(words.getBytes(UTF_8));
        return new String(visitor.getInputStream().readNBytes(words.length()), UTF_8);
    }

    private static void assertReset(Socket visitor) throws IOException {
        try (visitor) {
            assertThatThrownBy(() -> visitor.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("Connection reset");
        }
    }

    private static void writeAndEnd(Socket visitor, byte[] bytes) {
        try {
            visitor.getOutputStream().write(bytes);
            visitor.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
