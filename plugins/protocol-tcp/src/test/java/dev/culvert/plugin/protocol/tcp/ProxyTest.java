package dev.culvert.plugin.protocol.tcp;

import static dev.culvert.plugin.protocol.tcp.Visits.visit;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Secret;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.TunnelFactory;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Visitors that say where they want to go. */
final class ProxyTest {

    private static final String GREETING = "\5\1\0";
    private static final String SUCCESS = "\5\0\0\1\0\0\0\0\0\0";

    private final ProtocolKit kit = new ProtocolKit();
    private final KitTunnel tunnel = kit.tunnel();
    private final AtomicInteger lookups = new AtomicInteger();
    private Lookup lookup = name -> {
        throw new UnknownHostException(name);
    };
    private String username;
    private Duration handshakeTimeout;
    private Duration connectTimeout;

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @Test
    void aListedDestinationIsReachedBySocks() throws Exception {
        EchoService echo = kit.closing(EchoService.start());
        Endpoint endpoint =
                served(ProxyKind.SOCKS5, "127.0.0.1:" + echo.address().port());

        // All of it at once, as an impatient visitor may: what is for the destination arrives there.
        String answer =
                ask(endpoint, GREETING + byAddress("127.0.0.1", echo.address().port()) + "hello");

        assertThat(answer).isEqualTo("\5\0" + SUCCESS + "hello");
        assertThat(tunnel.failedDials()).isEmpty();
    }

    @Test
    void aListedDestinationIsReachedByHttp() throws Exception {
        EchoService echo = kit.closing(EchoService.start());
        Endpoint endpoint =
                served(ProxyKind.HTTP_PROXY, "127.0.0.1:" + echo.address().port());

        String answer = ask(endpoint, connect("127.0.0.1:" + echo.address().port()) + "hello");

        assertThat(answer).isEqualTo("HTTP/1.1 200 Connection established\r\n\r\nhello");
        assertThat(tunnel.failedDials()).isEmpty();
    }

    @Test
    void aVisitorMayTakeItsTimeAfterwards() throws Exception {
        EchoService echo = kit.closing(EchoService.start());
        handshakeTimeout = Duration.ofMillis(300);
        Endpoint endpoint =
                served(ProxyKind.SOCKS5, "127.0.0.1:" + echo.address().port());
        try (Socket visitor = visit(endpoint)) {
            for (String part : (GREETING + byAddress("127.0.0.1", echo.address().port())).split("")) {
                visitor.getOutputStream().write(part.getBytes(ISO_8859_1));
                visitor.getOutputStream().flush();
            }
            assertThat(read(visitor, 12)).isEqualTo("\5\0" + SUCCESS);
            try (Socket slow = visit(endpoint)) {
                assertEnded(slow); // by then the time of the first would be over, too
            }

            assertThat(Visits.say(visitor, "still here")).isEqualTo("still here");
        }
        assertCodes(ServiceError.HANDSHAKE_FAILED);
        assertThat(tunnel.failedDials().get(0)).hasMessageContaining("300 ms");
    }

    @Test
    void aNameLeadsWhereItLedWhenItWasChecked() throws Exception {
        try (ServerSocket listed = new ServerSocket(0, 8, InetAddress.getByName("127.0.0.2"));
                ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress("127.0.0.1", listed.getLocalPort()));
            // The second answer is another one: whoever looks the name up again goes there.
            lookup = name ->
                    new InetAddress[] {InetAddress.getByName(lookups.incrementAndGet() == 1 ? "127.0.0.2" : "127.0.0.1")
                    };
            Endpoint endpoint = served(ProxyKind.SOCKS5, "127.0.0.2:" + listed.getLocalPort());
            try (Socket visitor = visit(endpoint)) {
                send(visitor, GREETING + byName("rebound.example", listed.getLocalPort()));

                assertThat(read(visitor, 12)).isEqualTo("\5\0" + SUCCESS);
                listed.accept().close();
            }
        }
        assertThat(lookups).hasValue(1);
    }

    @Test
    void ofSeveralAddressesOnlyThoseThatAreListedAreTried() throws Exception {
        EchoService echo = kit.closing(EchoService.start());
        lookup = name -> new InetAddress[] {
            InetAddress.getByName("169.254.169.254"), InetAddress.getByName("127.0.0.1"), InetAddress.getByName("::1")
        };
        Endpoint endpoint =
                served(ProxyKind.HTTP_PROXY, "127.0.0.1:" + echo.address().port(), "*.example:*");

        assertThat(ask(endpoint, connect("a.example:" + echo.address().port()) + "hello"))
                .endsWith("\r\n\r\nhello");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "::1", "169.254.169.254", "0.0.0.0"})
    void aListedNameThatLeadsToTheClientItselfIsRefused(String address) throws Exception {
        lookup = name -> new InetAddress[] {InetAddress.getByName(address)};
        Endpoint endpoint = served(ProxyKind.SOCKS5, "*.example:*", "0.0.0.0/0:*", "[::/0]:*");

        assertThat(ask(endpoint, GREETING + byName("a.example", 22))).isEqualTo("\5\0" + refused(2));

        assertCodes(ServiceError.DESTINATION_NOT_LISTED);
    }

    @ParameterizedTest
    @CsvSource({
        "2130706433,1,400,CLV-5010",
        "0177.0.0.1,1,400,CLV-5010",
        "0x7f000001,1,400,CLV-5010",
        "127.1,1,400,CLV-5010",
        "127.0.0.1,2,403,CLV-5009",
        "169.254.169.254,2,403,CLV-5009",
        "localhost,2,403,CLV-5009",
        "localhost.,2,403,CLV-5009",
        "::1,2,403,CLV-5009",
        "::ffff:127.0.0.1,2,403,CLV-5009",
        "::ffff:7f00:1,2,403,CLV-5009",
        "::127.0.0.1,2,403,CLV-5009",
        "64:ff9b::7f00:1,2,403,CLV-5009",
        "2002:7f00:1::,2,403,CLV-5009",
        "fe80::1,2,403,CLV-5009",
        "fd00:ec2::254,2,403,CLV-5009",
    })
    void noNotationLeadsToTheClientItselfWhenEverythingPublicIsListed(String host, int reply, int status, String code)
            throws Exception {
        EchoService itself = kit.closing(EchoService.start());
        int port = itself.address().port();
        lookup = name -> new InetAddress[] {InetAddress.getByName("127.0.0.1"), InetAddress.getByName("::1")};
        String[] everything = {"0.0.0.0/0:*", "[::/0]:*", "*.example:*"};

        Endpoint socks = served(ProxyKind.SOCKS5, everything);
        assertThat(ask(socks, GREETING + byName(host, port))).isEqualTo("\5\0" + refused(reply));
        int refusals = 1;
        if (host.indexOf(':') >= 0) {
            assertThat(ask(socks, GREETING + byAddress(host, port))).isEqualTo("\5\0" + refused(2));
            assertThat(ask(socks, GREETING + byName("[" + host + "]", port))).isEqualTo("\5\0" + refused(1));
            refusals = 3;
        }
        int ofSocks = refusals;
        await().until(() -> tunnel.failedDials().size() == ofSocks);
        assertThat(tunnel.failedDials().get(0).code().code()).isEqualTo(code);

        KitTunnel other = kit.tunnel();
        Endpoint http = served(other, ProxyKind.HTTP_PROXY, everything);
        String authority = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        assertThat(ask(http, connect(authority)))
                .startsWith("HTTP/1.1 " + status + " ")
                .contains(code);
        assertThat(itself.connections()).isZero();
    }

    @Test
    void aNameBelowAPatternThatLeadsToAPrivateAddressIsRefusedAndSaidWhere() throws Exception {
        lookup = name -> new InetAddress[] {InetAddress.getByName("10.0.0.1")};
        Endpoint endpoint = served(ProxyKind.SOCKS5, "*.example:*", "10.0.0.0/8:22");

        assertThat(ask(endpoint, GREETING + byName("a.example", 443))).isEqualTo("\5\0" + refused(2));

        assertCodes(ServiceError.DESTINATION_NOT_LISTED);
        assertThat(tunnel.failedDials().get(0))
                .hasMessageContaining("destination a.example:443 leads to 10.0.0.1, which is not in a network");
    }

    @Test
    void whatIsNotListedIsRefusedBeforeItIsLookedUp() throws Exception {
        lookup = name -> {
            lookups.incrementAndGet();
            throw new UnknownHostException(name);
        };
        Endpoint endpoint = served(ProxyKind.SOCKS5, "*.example:443", "10.0.0.0/8:22");

        assertThat(ask(endpoint, GREETING + byName("a.example", 444))).isEqualTo("\5\0" + refused(2));
        assertThat(ask(endpoint, GREETING + byName("b.org", 443))).isEqualTo("\5\0" + refused(2));
        assertThat(ask(endpoint, GREETING + byAddress("11.0.0.1", 22))).isEqualTo("\5\0" + refused(2));
        assertThat(ask(endpoint, GREETING + byAddress("::ffff:11.0.0.1", 22))).isEqualTo("\5\0" + refused(2));

        assertThat(lookups).hasValue(0);
        assertCodes(
                ServiceError.DESTINATION_NOT_LISTED,
                ServiceError.DESTINATION_NOT_LISTED,
                ServiceError.DESTINATION_NOT_LISTED,
                ServiceError.DESTINATION_NOT_LISTED);
        assertThat(tunnel.failedDials().get(0)).hasMessageContaining("a.example:444");
    }

    @Test
    void socksSaysWhyNot() throws Exception {
        CountDownLatch never = namesLeadNowhere();
        Endpoint endpoint = served(ProxyKind.SOCKS5, "127.0.0.1:1", "*.example:*");

        assertThat(ask(endpoint, GREETING + byAddress("127.0.0.1", 1))).isEqualTo("\5\0" + refused(5));
        assertThat(ask(endpoint, GREETING + byName("gone.example", 1))).isEqualTo("\5\0" + refused(4));
        assertThat(ask(endpoint, GREETING + byName("slow.example", 1))).isEqualTo("\5\0" + refused(6));
        assertThat(ask(endpoint, GREETING + "\5\2\0\1\0\0\0\0\0\1")).as("BIND").isEqualTo("\5\0" + refused(7));
        assertThat(ask(endpoint, GREETING + byName("127.1", 1))).isEqualTo("\5\0" + refused(1));
        assertThat(ask(endpoint, GREETING + byName("127.0.0.1", 0))).isEqualTo("\5\0" + refused(1));
        never.countDown();

        assertCodes(
                ServiceError.REFUSED,
                ServiceError.UNKNOWN_HOST,
                ServiceError.TIMEOUT,
                ServiceError.HANDSHAKE_FAILED,
                ServiceError.HANDSHAKE_FAILED,
                ServiceError.HANDSHAKE_FAILED);
    }

    @Test
    void httpSaysWhyNot() throws Exception {
        CountDownLatch never = namesLeadNowhere();
        Endpoint endpoint = served(ProxyKind.HTTP_PROXY, "127.0.0.1:1", "*.example:*");

        assertThat(ask(endpoint, connect("127.0.0.1:2")))
                .startsWith("HTTP/1.1 403 ")
                .contains("CLV-5009");
        assertThat(ask(endpoint, connect("127.0.0.1:1"))).startsWith("HTTP/1.1 502 ");
        assertThat(ask(endpoint, connect("gone.example:1"))).startsWith("HTTP/1.1 502 ");
        assertThat(ask(endpoint, connect("slow.example:1"))).startsWith("HTTP/1.1 504 ");
        assertThat(ask(endpoint, connect("0x7f.1:1"))).startsWith("HTTP/1.1 400 ");
        assertThat(ask(endpoint, "GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("\r\nallow: CONNECT\r\n");
        assertThat(ask(endpoint, "CONNECT 127.0.0.1:1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(ask(endpoint, "CONNECT 127.0.0.1:1 HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        never.countDown();

        assertCodes(
                ServiceError.DESTINATION_NOT_LISTED,
                ServiceError.REFUSED,
                ServiceError.UNKNOWN_HOST,
                ServiceError.TIMEOUT,
                ServiceError.HANDSHAKE_FAILED,
                ServiceError.HANDSHAKE_FAILED,
                ServiceError.HANDSHAKE_FAILED,
                ServiceError.HANDSHAKE_FAILED);
    }

    @Test
    void aPasswordIsAskedForBySocks() throws Exception {
        EchoService echo = kit.closing(EchoService.start());
        username = "alice";
        Endpoint endpoint =
                served(ProxyKind.SOCKS5, "127.0.0.1:" + echo.address().port());
        String there = byAddress("127.0.0.1", echo.address().port());

        assertThat(ask(endpoint, "\5\2\0\2" + "\1\5alice\4word" + there + "hello"))
                .isEqualTo("\5\2" + "\1\0" + SUCCESS + "hello");
        assertThat(ask(endpoint, "\5\1\2" + "\1\5alice\4wort" + there)).isEqualTo("\5\2" + "\1\u00ff");
        assertThat(ask(endpoint, "\5\1\2" + "\1\5malic\4word" + there)).isEqualTo("\5\2" + "\1\u00ff");
        assertThat(ask(endpoint, GREETING + there)).isEqualTo("\5\u00ff");

        assertCodes(ServiceError.CREDENTIAL_REFUSED, ServiceError.CREDENTIAL_REFUSED, ServiceError.CREDENTIAL_REFUSED);
    }

    @Test
    void aPasswordIsAskedForByHttp() throws Exception {
        EchoService echo = kit.closing(EchoService.start());
        username = "alice";
        String there = "127.0.0.1:" + echo.address().port();
        Endpoint endpoint = served(ProxyKind.HTTP_PROXY, there);

        assertThat(ask(endpoint, connect(there, basic("alice:word")) + "hello")).endsWith("\r\n\r\nhello");
        for (String field : new String[] {
            "",
            basic("alice:wort"),
            basic("alice"),
            "Proxy-Authorization: Basic ?\r\n",
            "Proxy-Authorization: Bearer x\r\n"
        }) {
            assertThat(ask(endpoint, connect(there, field)))
                    .as(field)
                    .startsWith("HTTP/1.1 407 ")
                    .containsIgnoringCase("\r\nproxy-authenticate: Basic ");
        }

        assertThat(tunnel.failedDials()).hasSize(5);
    }

    @ParameterizedTest
    @EnumSource(ProxyKind.class)
    void whoeverSpeaksSomethingElseCostsALine(ProxyKind kind) throws Exception {
        Endpoint endpoint = served(kind, "127.0.0.1:1");

        for (String words : new String[] {"SSH-2.0-x\r\n", "\4\1\0\0", "\26\3\1\0\0", "\r\n\r\n\r\n\0", ""}) {
            try (Socket visitor = visit(endpoint)) {
                send(visitor, words);
                visitor.shutdownOutput();
                assertEnded(visitor);
            }
        }

        await().until(() -> tunnel.failedDials().size() == 5);
        assertThat(tunnel.failedDials()).allSatisfy(Visits.is(ServiceError.HANDSHAKE_FAILED)::accept);
    }

    @ParameterizedTest
    @EnumSource(ProxyKind.class)
    void anyBytesAreRefusedOrServedAndLeaveNothing(ProxyKind kind) throws Exception {
        EchoService echo = kit.closing(EchoService.start());
        int port = echo.address().port();
        Endpoint endpoint = served(kind, "127.0.0.1:" + port);
        byte[] valid = (kind == ProxyKind.SOCKS5
                        ? GREETING + byAddress("127.0.0.1", port)
                        : connect("127.0.0.1:" + port))
                .getBytes(ISO_8859_1);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int rounds = 300;
        for (int i = 0; i < rounds; i++) {
            byte[] bytes = Arrays.copyOf(valid, 1 + random.nextInt(valid.length));
            for (int flips = random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try (Socket visitor = visit(endpoint)) {
                try {
                    visitor.getOutputStream().write(bytes);
                    visitor.shutdownOutput();
                } catch (SocketException e) {
                    continue; // refused already
                }
                assertEnded(visitor);
            }
        }

        await("seed " + seed)
                .untilAsserted(() -> assertThat(tunnel.failedDials().size() + echo.connections())
                        .isEqualTo(rounds));
        assertThat(ask(endpoint, new String(valid, ISO_8859_1) + "x")).endsWith("x");
    }

    // --- what the tests are made of

    private Endpoint served(ProxyKind kind, String... destinations) {
        return served(tunnel, kind, destinations);
    }

    private Endpoint served(KitTunnel tunnel, ProxyKind kind, String... destinations) {
        TcpTunnelFactory client = new TcpTunnelFactory(
                kind,
                0,
                null,
                null,
                null,
                null,
                null,
                connectTimeout,
                null,
                Arrays.stream(destinations).map(Destination::parse).toList(),
                username,
                username == null ? null : Secret.of("word"),
                handshakeTimeout);
        Lookup found = lookup;
        tunnel.arrive(kit.client(new TunnelFactory() {
            @Override
            public Object parameters(Endpoint previous) {
                return client.parameters(previous);
            }

            @Override
            public String local() {
                return client.local();
            }

            @Override
            public LocalService build(PluginContext context) {
                return client.proxy(kind, context, found);
            }
        }));
        return kit.open(kit.server(Visits.defaults()), tunnel, client).endpoint();
    }

    private void assertCodes(ErrorCode... codes) {
        List<ErrorCode> seen = new ArrayList<>();
        tunnel.failedDials().stream().map(CulvertException::code).forEach(seen::add);
        assertThat(seen).containsExactly(codes);
    }

    private static String ask(Endpoint endpoint, String words) throws IOException {
        try (Socket visitor = visit(endpoint)) {
            send(visitor, words);
            visitor.shutdownOutput();
            return new String(visitor.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static void send(Socket visitor, String words) throws IOException {
        visitor.getOutputStream().write(words.getBytes(ISO_8859_1));
    }

    private static String read(Socket visitor, int bytes) throws IOException {
        return new String(visitor.getInputStream().readNBytes(bytes), ISO_8859_1);
    }

    private static void assertEnded(Socket visitor) throws IOException {
        try {
            visitor.getInputStream().readAllBytes();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("Connection reset");
        }
    }

    /** No name resolves, and those that begin with "slow" not before the latch is counted down. */
    private CountDownLatch namesLeadNowhere() {
        connectTimeout = Duration.ofMillis(200);
        CountDownLatch answered = new CountDownLatch(1);
        lookup = name -> {
            if (name.startsWith("slow")) {
                block(answered);
            }
            throw new UnknownHostException(name);
        };
        return answered;
    }

    private static void block(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String connect(String authority, String... fields) {
        return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + String.join("", fields) + "\r\n";
    }

    private static String basic(String credential) {
        return "Proxy-Authorization: basic " + Base64.getEncoder().encodeToString(credential.getBytes(ISO_8859_1))
                + "\r\n";
    }

    private static String byName(String name, int port) {
        return "\5\1\0\3" + (char) name.length() + name + port(port);
    }

    private static String byAddress(String address, int port) throws UnknownHostException {
        byte[] bytes = address.startsWith("::ffff:") // which Java makes one of IPv4
                ? mapped(InetAddress.getByName(address).getAddress())
                : InetAddress.getByName(address).getAddress();
        return "\5\1\0" + (bytes.length == 4 ? "\1" : "\4") + new String(bytes, ISO_8859_1) + port(port);
    }

    private static byte[] mapped(byte[] v4) {
        byte[] bytes = new byte[16];
        bytes[10] = (byte) 0xff;
        bytes[11] = (byte) 0xff;
        System.arraycopy(v4, 0, bytes, 12, 4);
        return bytes;
    }

    private static String port(int port) {
        return "" + (char) (port >> 8) + (char) (port & 0xff);
    }

    private static String refused(int reply) {
        return "\5" + (char) reply + SUCCESS.substring(2);
    }
}
