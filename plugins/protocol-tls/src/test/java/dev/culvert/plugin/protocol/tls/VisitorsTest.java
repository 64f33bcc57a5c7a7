package dev.culvert.plugin.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.LeakDetection;
import dev.culvert.testkit.ProtocolKit;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What visitors get, whatever they say and however it arrives. */
final class VisitorsTest {

    private final ProtocolKit kit = new ProtocolKit();
    private final KitTunnel tunnel = kit.tunnel();
    private TlsEcho echo;
    private int port;

    @BeforeEach
    void start() throws Exception {
        echo = TlsEcho.start();
        TlsTunnelFactory client =
                new TlsTunnelFactory(HostName.parse("app.example.com"), echo.address(), null, null, null);
        tunnel.arrive(kit.client(client));
        Protocol<Object> server = kit.server(new TlsProtocolFactory(
                new HostPort("127.0.0.1", 0), null, null, Duration.ofSeconds(20), 16, 8, null, null, null));
        port = kit.open(server, tunnel, client).endpoint().port();
    }

    @AfterEach
    void leavesNothingOpen() throws Exception {
        echo.close();
        kit.close();
    }

    @Test
    void aMegabyteComesBackAsItWas() throws Exception {
        byte[] bytes = new byte[1 << 20];
        new Random(1).nextBytes(bytes);
        try (SSLSocket visitor = TlsEcho.visit(port, "app.example.com")) {
            Thread writer = new Thread(() -> {
                try {
                    visitor.getOutputStream().write(bytes);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            writer.start();

            assertThat(visitor.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
            writer.join();
        }
    }

    @Test
    void aHelloInSingleBytesReachesTheService() throws Exception {
        byte[] hello = hello("app.example.com");
        try (Socket visitor = visitor()) {
            visitor.setTcpNoDelay(true);
            for (byte b : hello) {
                visitor.getOutputStream().write(b);
            }

            // The service's answer begins with a handshake record: ServerHello, RFC 8446, section 4.1.3.
            byte[] answer = visitor.getInputStream().readNBytes(6);
            assertThat(answer[0]).isEqualTo((byte) 22);
            assertThat(answer[5]).isEqualTo((byte) 2);
            visitor.shutdownOutput();
            visitor.getInputStream().readAllBytes();
        }
    }

    @Test
    void aHelloSplitAnywhereNamesTheSameHost() throws Exception {
        byte[] hello = hello("app.example.com");
        for (int split = 1; split < hello.length; split++) {
            Named named = new Named();
            EmbeddedChannel channel = named.channel();

            channel.writeInbound(Unpooled.copiedBuffer(hello, 0, split));
            assertThat(named.names).as("before byte %d", split).isEmpty();
            channel.writeInbound(Unpooled.copiedBuffer(hello, split, hello.length - split));

            assertThat(named.names).as("split at %d", split).containsExactly("app.example.com");
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void aHelloInManyRecordsNamesTheSameHost() throws Exception {
        byte[] hello = hello("app.example.com");
        for (int size : List.of(1, 7, 64)) {
            Named named = new Named();
            EmbeddedChannel channel = named.channel();

            channel.writeInbound(Unpooled.wrappedBuffer(inRecordsOf(hello, size)));

            assertThat(named.names).as("records of %d", size).containsExactly("app.example.com");
            channel.finishAndReleaseAll();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"other.example.com", "example.com", "app.example.com.evil.org", ""})
    void whoAsksForNobodyGetsAnAlertAndNobodysAnswer(String host) throws Exception {
        try (Socket visitor = visitor()) {
            visitor.getOutputStream().write(hello(host));

            assertThat(visitor.getInputStream().readAllBytes()).isEqualTo(Alert.UNRECOGNIZED_NAME.record());
        }
        assertThat(tunnel.origins()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: app.example.com\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"})
    void whoSpeaksNoTlsIsClosed(String words) throws Exception {
        try (Socket visitor = visitor()) {
            visitor.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));

            assertEnds(visitor);
        }
        assertThat(tunnel.origins()).isEmpty();
    }

    @Test
    void aHelloWithoutAnEndIsClosedAtItsBound() throws Exception {
        byte[] record = new byte[5 + 16 * 1024];
        record[0] = 22;
        record[1] = 3;
        record[2] = 1;
        record[3] = 0x40;
        record[5] = 1; // ClientHello
        record[6] = (byte) 0xff; // of 16 MiB
        try (Socket visitor = visitor()) {
            try {
                visitor.getOutputStream().write(record);
                visitor.getOutputStream().write(record);
            } catch (IOException e) {
                return; // closed already
            }
            assertEnds(visitor);
        }
    }

    @Test
    void moreVisitorsWithoutAServiceThanAllowedAreReset() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                silent.add(visitor());
            }
            await().untilAsserted(() -> {
                try (Socket more = visitor()) {
                    assertEnds(more);
                }
            });
            silent.remove(0).close();
            await().untilAsserted(() ->
                    assertThat(TlsEcho.ask(port, "app.example.com", "room?")).isEqualTo("room?"));
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void anyBytesNameAHostOrNone() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] hello = hello("app.example.com");
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = i % 2 == 0 ? hello.clone() : new byte[random.nextInt(300)];
            if (i % 2 == 0) {
                for (int n = random.nextInt(4); n >= 0; n--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            } else {
                random.nextBytes(bytes);
                if (bytes.length > 0) {
                    bytes[0] = 22;
                }
            }
            Named named = new Named();
            EmbeddedChannel channel = named.channel();
            channel.writeInbound(Unpooled.wrappedBuffer(bytes));
            assertThat(named.names.size()).as("seed %d", seed).isLessThanOrEqualTo(1);
            channel.finishAndReleaseAll();
        }
        LeakDetection.check();
    }

    private Socket visitor() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void assertEnds(Socket visitor) throws IOException {
        try {
            assertThat(visitor.getInputStream().readAllBytes()).hasSizeLessThan(8);
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** What a client says first; without a host there is no SNI. */
    private static byte[] hello(String host) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        if (!host.isEmpty()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            engine.setSSLParameters(parameters);
        }
        java.nio.ByteBuffer out = java.nio.ByteBuffer.allocate(32 * 1024);
        engine.wrap(java.nio.ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] inRecordsOf(byte[] hello, int size) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (int from = 5; from < hello.length; from += size) {
            int length = Math.min(size, hello.length - from);
            out.writeBytes(new byte[] {22, 3, 1, (byte) (length >> 8), (byte) length});
            out.write(hello, from, length);
        }
        return out.toByteArray();
    }

    /** What the handler tells. */
    private static final class Named {

        private final List<String> names = new ArrayList<>();

        EmbeddedChannel channel() {
            return new EmbeddedChannel(new ClientHello(
                    Duration.ofSeconds(10),
                    (@Nullable HostName name) -> names.add(String.valueOf(name)),
                    failure -> {}));
        }
    }
}
