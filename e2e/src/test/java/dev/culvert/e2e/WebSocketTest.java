package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tunnel where nothing but a WebSocket passes, and where only a proxy leads outside. */
class WebSocketTest {

    private static final String SECRET = "proxy-password-1";

    @TempDir
    private Path directory;

    @Test
    void aTunnelOverAWebSocketCarriesBytes() throws Exception {
        try (Service service = Service.echoAfterEnd();
                Pair pair = overWebSocket()) {
            assertCarries(pair, "transport = \"websocket\"", service);
        }
    }

    @Test
    void anHttpProxyWithAPasswordIsPassed() throws Exception {
        try (Service proxy = Service.start(WebSocketTest::httpProxy);
                Service service = Service.echoAfterEnd();
                Pair pair = overWebSocket()) {
            assertCarries(pair, through("http-proxy", proxy.port(), SECRET), service);
        }
    }

    @Test
    void aSocks5ProxyWithAPasswordIsPassed() throws Exception {
        try (Service proxy = Service.start(WebSocketTest::socksProxy);
                Service service = Service.echoAfterEnd();
                Pair pair = overWebSocket()) {
            assertCarries(pair, through("socks5", proxy.port(), SECRET), service);
        }
    }

    @Test
    void whatAProxyRefusesHasACodeAndEndsASingleAttemptWithFour() throws Exception {
        try (Service proxy = Service.start(WebSocketTest::httpProxy);
                Service portal = Service.start((connection, in, out) -> {
                    readHead(in);
                    out.write(bytes("HTTP/1.1 302 Found\r\nLocation: http://portal/\r\nContent-Length: 0\r\n\r\n"));
                });
                Pair pair = overWebSocket()) {
            Culvert wrong = once(pair, through("http-proxy", proxy.port(), "another-password"));
            Culvert captive = once(pair, through("http-proxy", portal.port(), SECRET));
            Culvert path = once(pair, "transport = {type = \"websocket\", path = \"/elsewhere\"}");

            assertThat(wrong.exitCode()).as(wrong.toString()).isEqualTo(4);
            assertThat(wrong.err())
                    .containsPattern("(?m)^CLV-4021: http-proxy 127\\.0\\.0\\.1:\\d+ rejects the username or password")
                    .doesNotContain("another-password");
            assertThat(captive.exitCode()).as(captive.toString()).isEqualTo(4);
            assertThat(captive.err()).containsPattern("(?m)^CLV-4022: .*page of its own");
            assertThat(path.exitCode()).as(path.toString()).isEqualTo(4);
            assertThat(path.err()).containsPattern("(?m)^CLV-4023: .*path /elsewhere .*404");
        }
    }

    private Pair overWebSocket() {
        return Pair.start(directory, "[[listen]]\nname = \"ws\"\nbind = \"127.0.0.1:0\"\ntransport = \"websocket\"\n");
    }

    private static Culvert once(Pair pair, String transport) {
        try (Culvert client =
                pair.startClient(address(pair), List.of("--once"), transport, Pair.tunnel("t", Service.nowhere(), 0))) {
            client.exitCode();
            return client;
        }
    }

    private static String address(Pair pair) {
        return "127.0.0.1:" + pair.server().await("^clients: port (\\d+)  \\[ws\\]");
    }

    private static String through(String type, int port, String password) {
        return "transport = [[{type = \"" + type + "\", address = \"127.0.0.1:" + port
                + "\", username = \"u\", password = \"" + password + "\"}, \"websocket\"]]";
    }

    private static void assertCarries(Pair pair, String transport, Service service) throws Exception {
        byte[] bytes = Visitor.random(7, 3_000_000);
        try (Culvert client = pair.startClient(address(pair), transport, Pair.tunnel("t", service.port(), 0))) {
            assertThat(Arrays.equals(Visitor.sendAndReadToEnd(Pair.endpoint(client, "t"), bytes), bytes))
                    .isTrue();
        }
    }

    private static void httpProxy(Socket client, InputStream in, OutputStream out) throws IOException {
        String head = readHead(in);
        String login = Base64.getEncoder().encodeToString(bytes("u:" + SECRET));
        if (!head.contains("Basic " + login + "\r\n")) {
            out.write(bytes("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"));
            return;
        }
        String target = head.split(" ")[1];
        try (Socket server = new Socket("127.0.0.1", Integer.parseInt(target.substring(target.indexOf(':') + 1)))) {
            out.write(bytes("HTTP/1.1 200 Connection established\r\n\r\n"));
            join(client, server);
        }
    }

    private static void socksProxy(Socket client, InputStream in, OutputStream out) throws IOException {
        in.readNBytes(1);
        in.readNBytes(in.read());
        out.write(new byte[] {5, 2});
        in.readNBytes(1);
        String user = new String(in.readNBytes(in.read()), StandardCharsets.US_ASCII);
        String password = new String(in.readNBytes(in.read()), StandardCharsets.US_ASCII);
        if (!user.equals("u") || !password.equals(SECRET)) {
            out.write(new byte[] {1, 1});
            return;
        }
        out.write(new byte[] {1, 0});
        in.readNBytes(8); // CONNECT to an IPv4 address
        int port = in.read() << 8 | in.read();
        try (Socket server = new Socket("127.0.0.1", port)) {
            out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
            join(client, server);
        }
    }

    private static void join(Socket one, Socket other) throws IOException {
        Thread back = new Thread(() -> pump(other, one));
        back.setDaemon(true);
        back.start();
        pump(one, other);
        try {
            back.join(Culvert.PATIENCE.toMillis());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the ends is gone, and the other is told by the end of its socket.
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            head.append((char) c);
            if (head.indexOf("\r\n\r\n") >= 0) {
                break;
            }
        }
        return head.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
