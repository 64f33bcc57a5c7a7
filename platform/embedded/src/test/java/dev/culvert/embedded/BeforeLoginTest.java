package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.ClientFile;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.ServerFile;
import dev.culvert.server.TunnelServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strangers get from a server, and what they do not, on real sockets. */
final class BeforeLoginTest {

    private static final String TOKEN = "a token of more than sixteen bytes";
    private static final byte[] SCAN = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private TunnelServer server;

    @AfterEach
    void stop() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void whoSaysNothingHearsNothingUntilTheDeadline() throws Exception {
        serve(Map.of(), Map.of("login_timeout", "1s"));

        assertThat(fateOf("127.0.0.2")).isIn("end", "reset");
        await().until(() -> server.unauthenticated() == 0);
    }

    @Test
    void whoSaysNothingValidHearsNothing() throws Exception {
        serve(Map.of(), Map.of());
        // Garbage; a ping and a window that any yamux would answer; a stream and a hello in another language.
        List<byte[]> words = List.of(
                SCAN,
                frame(2, 1, 0, 77),
                concat(frame(1, 1, 1, 0), frame(0, 0, 1, 4), new byte[] {0, 0, 0, 0}),
                concat(frame(1, 1, 1, 0), frame(0, 0, 1, 6), new byte[] {0, 0, 0, 2, '{', '}'}));
        for (byte[] said : words) {
            Socket stranger = stranger("127.0.0.2");
            stranger.getOutputStream().write(said);
            stranger.shutdownOutput();

            assertThat(fate(stranger)).as(new String(said, US_ASCII)).isIn("end", "reset");
        }
    }

    @Test
    void aSecondStreamEndsTheConnection() throws Exception {
        serve(Map.of(), Map.of());
        Socket stranger = stranger("127.0.0.2");
        stranger.getOutputStream().write(concat(frame(1, 1, 1, 0), frame(1, 1, 3, 0)));

        assertThat(fate(stranger)).isIn("end", "reset");
        await().until(() -> server.unauthenticated() == 0);
    }

    @Test
    void moreThanTheAllowanceEndsTheConnection() throws Exception {
        serve(Map.of(), Map.of());
        Socket stranger = stranger("127.0.0.2");
        try {
            stranger.getOutputStream().write(frame(1, 1, 1, 0));
            stranger.getOutputStream().write(frame(0, 0, 1, 200_000));
            stranger.getOutputStream()
                    .write(ByteBuffer.allocate(200_000).putInt(15_000).array());
        } catch (SocketException e) {
            // Ended while it still spoke.
        }

        assertThat(fate(stranger)).isIn("end", "reset");
        await().until(() -> server.unauthenticated() == 0);
    }

    @Test
    void oneSourceHasItsPlacesAndAllHaveTheirs() throws Exception {
        serve(Map.of("max_unauthenticated", 5, "max_unauthenticated_per_source", 3), Map.of());
        for (int i = 1; i <= 3; i++) {
            stranger("127.0.0.2");
        }
        await().until(() -> server.unauthenticated() == 3);
        assertThat(fateOf("127.0.0.2")).isEqualTo("reset");
        Socket third = stranger("127.0.0.3");
        stranger("127.0.0.4");
        await().until(() -> server.unauthenticated() == 5);
        assertThat(fateOf("127.0.0.5")).isEqualTo("reset");

        third.close();

        await().until(() -> server.unauthenticated() == 4);
        assertThat(fateOf("127.0.0.2")).isEqualTo("reset");
        assertThat(hears(stranger("127.0.0.5"))).isFalse();
    }

    @Test
    void aListenerTakesItsNetworksOnly() throws Exception {
        serve(Map.of(), Map.of("allow", List.of("127.0.0.0/30"), "deny", List.of("127.0.0.2/32")));

        assertThat(fateOf("127.0.0.2")).isEqualTo("reset");
        assertThat(fateOf("127.0.0.4")).isEqualTo("reset");
        assertThat(hears(stranger("127.0.0.3"))).isFalse();
        assertThat(server.unauthenticated()).isOne();
    }

    @Test
    void whoFailsOftenIsBannedAndNobodyElseIs() throws Exception {
        serve(Map.of("ban_after", 3, "ban_exempt", List.of("127.0.0.3")), Map.of());
        for (String source : List.of("127.0.0.2", "127.0.0.3")) {
            for (int i = 0; i < 3; i++) {
                Socket stranger = stranger(source);
                stranger.getOutputStream().write(SCAN);
                assertThat(fate(stranger)).isIn("end", "reset");
                await().until(() -> server.unauthenticated() == 0);
            }
        }

        assertThat(fateOf("127.0.0.2")).isEqualTo("reset");
        assertThat(server.unauthenticated()).isZero();
        assertThat(hears(stranger("127.0.0.3"))).isFalse();
        assertThat(hears(stranger("127.0.0.4"))).isFalse();
    }

    @Test
    void scannersDoNotLockOutAClientBehindTheSameRouter() throws Exception {
        serve(Map.of("ban_after", 2, "ban_exempt", List.of()), Map.of());
        try (TunnelClient client = client()) {
            await().until(() -> server.clients().size() == 1);
            scan(5);
        }
        await().until(() -> server.clients().isEmpty());
        scan(5);

        try (TunnelClient again = client()) {
            await().until(() -> server.clients().size() == 1);
        }
    }

    private void scan(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            Socket stranger = stranger("127.0.0.1");
            stranger.getOutputStream().write(SCAN);
            assertThat(fate(stranger)).isIn("end", "reset");
            await().until(() -> server.unauthenticated() == 0);
        }
    }

    private TunnelClient client() {
        int port = server.addresses().get("main").getPort();
        ConfigurationSources sources = ConfigurationSources.none()
                .flag("test", "server", "127.0.0.1:" + port)
                .flag("test", "transport", List.of("plain"))
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", List.of(Map.of("type", "tcp", "name", "web", "local", "127.0.0.1:1")));
        TunnelClient client =
                new TunnelClient(ClientFile.load(sources, null).value().settings(directory), List.of());
        client.start();
        return client;
    }

    private void serve(Map<String, Object> keys, Map<String, Object> listenKeys) {
        Map<String, Object> listen = new LinkedHashMap<>(listenKeys);
        listen.put("bind", "127.0.0.1:0");
        listen.put("transport", "plain");
        ConfigurationSources sources = ConfigurationSources.none()
                .flag("test", "listen", List.of(listen))
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)));
        for (Map.Entry<String, Object> key : keys.entrySet()) {
            sources = sources.flag("test", key.getKey(), key.getValue());
        }
        server = new TunnelServer(ServerFile.load(sources, null).value().toSettings(directory), List.of());
        made.push(server);
        server.start();
    }

    private Socket stranger(String from) throws IOException {
        Socket socket = new Socket();
        made.push(socket);
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(server.addresses().get("main"), 20_000);
        socket.setSoTimeout((int) Duration.ofSeconds(60).toMillis());
        return socket;
    }

    /** The fate of somebody who listens; a reset may come while it still connects. */
    private String fateOf(String from) throws IOException {
        try {
            return fate(stranger(from));
        } catch (SocketException e) {
            return "reset";
        }
    }

    private static String fate(Socket stranger) throws IOException {
        try {
            int read = stranger.getInputStream().read();
            return read < 0 ? "end" : "byte " + read;
        } catch (SocketException e) {
            return "reset";
        }
    }

    /** Whether anything comes within a moment, be it an end. */
    private static boolean hears(Socket stranger) throws IOException {
        stranger.setSoTimeout(300);
        try {
            stranger.getInputStream().read();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private static byte[] frame(int type, int flags, int stream, int length) {
        return ByteBuffer.allocate(12)
                .put((byte) 0)
                .put((byte) type)
                .putShort((short) flags)
                .putInt(stream)
                .putInt(length)
                .array();
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(1024);
        for (byte[] part : parts) {
            all.put(part);
        }
        return java.util.Arrays.copyOf(all.array(), all.position());
    }
}
