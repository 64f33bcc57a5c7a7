package dev.culvert.plugin.protocol.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.proxy.ProxyVersion;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of the PROXY protocol, as the specification writes them, on both ends of a tunnel. */
final class ProxyProtocolTest {

    private static final String V2_SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String V2_TCP4 = V2_SIGNATURE + "2111000c" + "c0000207" + "c6336401" + "3039" + "01bb";
    private static final String V2_TLV =
            V2_SIGNATURE + "21110013" + "c0000207" + "c6336401" + "3039" + "01bb" + "04000400000000";

    private final ProtocolKit kit = new ProtocolKit();
    private KitTunnel tunnel;

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @Test
    void aTrustedProxySpeaksForItsVisitor() throws Exception {
        int port = open("127.0.0.0/8", null);

        assertThat(ask(port, "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\nhello".getBytes(US_ASCII), 5))
                .isEqualTo("hello");
        assertThat(ask(port, HexFormat.of().parseHex(V2_TCP4 + "68656c6c6f"), 5))
                .isEqualTo("hello");
        assertThat(ask(port, HexFormat.of().parseHex(V2_TLV + "68656c6c6f"), 5)).isEqualTo("hello");
        assertThat(ask(port, "PROXY TCP6 2001:db8::7 2001:db8::1 12345 443\r\nhello".getBytes(US_ASCII), 5))
                .isEqualTo("hello");

        StreamOrigin four =
                new StreamOrigin(new InetSocketAddress("192.0.2.7", 12345), new InetSocketAddress("198.51.100.1", 443));
        assertThat(tunnel.origins())
                .containsExactly(
                        four,
                        four,
                        four,
                        new StreamOrigin(
                                new InetSocketAddress("2001:db8::7", 12345),
                                new InetSocketAddress("2001:db8::1", 443)));
    }

    @Test
    void aHeaderComesInAnyPieces() throws Exception {
        int port = open("127.0.0.0/8", null);
        byte[] bytes = HexFormat.of().parseHex(V2_TCP4 + "68656c6c6f");
        try (Socket visitor = connect(port)) {
            for (byte one : bytes) {
                visitor.getOutputStream().write(one);
            }
            assertThat(new String(visitor.getInputStream().readNBytes(5), US_ASCII))
                    .isEqualTo("hello");
        }
    }

    @Test
    void aProxyThatSpeaksForNobodySpeaksForItself() throws Exception {
        int port = open("127.0.0.0/8", null);

        ask(port, "PROXY UNKNOWN\r\nhello".getBytes(US_ASCII), 5);
        ask(port, HexFormat.of().parseHex(V2_SIGNATURE + "20000000" + "68656c6c6f"), 5);

        assertThat(tunnel.origins())
                .hasSize(2)
                .allSatisfy(origin -> assertThat(origin.visitor().getAddress().isLoopbackAddress())
                        .isTrue());
    }

    @Test
    void whatAStrangerSendsIsNoHeader() throws Exception {
        int port = open("192.0.2.0/24", null);
        String header = "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n";

        assertThat(ask(port, header.getBytes(US_ASCII), header.length())).isEqualTo(header);
        assertThat(tunnel.origins())
                .singleElement()
                .satisfies(origin -> assertThat(origin.visitor().getAddress().isLoopbackAddress())
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 12345\r\nhello",
                "PROXY TCP4 192.0.2.7 198.51.100.1 12345 99999\r\nhello",
                "PROXY TCP4 192.0.2.300 198.51.100.1 12345 443\r\nhello",
                "PROXY TCP4 a.example 198.51.100.1 12345 443\r\nhello",
                "PROXY TCP4 2001:db8::7 2001:db8::1 12345 443\r\nhello",
                "PROXY TCP9 192.0.2.7 198.51.100.1 12345 443\r\nhello",
                "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443                                                                  \r\n",
                "proxy TCP4 192.0.2.7 198.51.100.1 12345 443\r\nhello",
                "\r\n\r\n\u0000\r\nQUIT\n\u0031\u0011\u0000\u000c",
                "\r\n\r\n\u0000\r\nQUIT\n\"\u0011\u0000\u000c",
                "\r\n\r\n\u0000\r\nQUIT\n\u0021\u0011\u0000\u0004",
                "\r\n\r\n\u0000\r\nQUIT\n\u0021\u0011\u00ff\u00ff"
            })
    void whatIsNoHeaderIsReset(String bytes) throws Exception {
        int port = open("127.0.0.0/8", null);

        assertThat(ask(port, (bytes + "x".repeat(200)).getBytes(ISO_8859_1), 1)).isEmpty();
        assertThat(tunnel.origins()).isEmpty();
    }

    @Test
    void anyBytesAreAHeaderOrAreReset() throws Exception {
        int port = open("127.0.0.0/8", null);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[][] good = {
            "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n".getBytes(US_ASCII),
            HexFormat.of().parseHex(V2_TLV)
        };
        for (int i = 0; i < 400; i++) {
            byte[] bytes = good[i % 2].clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try (Socket visitor = connect(port)) {
                visitor.getOutputStream().write(bytes);
                visitor.shutdownOutput();
                readToEnd(visitor); // an answer or a reset, and in any case an end
            }
        }
        assertThat(ask(port, "PROXY UNKNOWN\r\nhello".getBytes(US_ASCII), 5))
                .as("seed %d", seed)
                .isEqualTo("hello");
    }

    @Test
    void theServiceIsToldWhoVisits() throws Exception {
        int port = open("127.0.0.0/8", ProxyVersion.V1);
        String line = "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n";

        assertThat(ask(port, (line + "hello").getBytes(US_ASCII), line.length() + 5))
                .isEqualTo(line + "hello");
    }

    @Test
    void theServiceIsToldWhoVisitsInBinary() throws Exception {
        int port = open("127.0.0.0/8", ProxyVersion.V2);
        String header = new String(HexFormat.of().parseHex(V2_TCP4), ISO_8859_1);

        assertThat(ask(port, (header + "hello").getBytes(ISO_8859_1), header.length() + 5))
                .isEqualTo(header + "hello");
    }

    private int open(String proxies, ProxyVersion told) throws IOException {
        EchoService echo = kit.closing(EchoService.start());
        tunnel = kit.tunnel();
        var server = kit.server(new TcpProtocolFactory(
                "127.0.0.1", null, null, null, null, null, List.of(SourceNetwork.parse(proxies))));
        HostPort local = echo.address();
        var client = Visits.client(local, 0, null, null, null, null, null, null, told);
        tunnel.arrive(kit.client(client));
        return kit.open(server, tunnel, client).endpoint().port();
    }

    private static Socket connect(int port) throws IOException {
        Socket visitor = new Socket(InetAddress.getByName("127.0.0.1"), port);
        visitor.setSoTimeout(20_000);
        visitor.setTcpNoDelay(true);
        return visitor;
    }

    // The first bytes of the echo; fewer if the connection ends before.
    private static String ask(int port, byte[] bytes, int length) throws IOException {
        try (Socket visitor = connect(port)) {
            visitor.getOutputStream().write(bytes);
            InputStream in = visitor.getInputStream();
            return new String(in.readNBytes(length), ISO_8859_1);
        } catch (SocketException e) {
            return "";
        }
    }

    private static void readToEnd(Socket visitor) throws IOException {
        try {
            visitor.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // reset, which is an end as well
        }
    }
}
