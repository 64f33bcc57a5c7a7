package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted and proven with one pasted line. */
@Tag("slow")
final class TlsTest {

    private static final Pattern LINE =
            Pattern.compile("CULVERT_TOKEN=(\\S+) culvert tcp 3000 --server \\S+:(\\d+) --pin (sha256/\\S+)");

    private static final String SECRET = "what nobody on the way may read, ";

    @TempDir
    private Path directory;

    @Test
    void thePastedLineIsEncryptedAuthenticatedAndPinned() throws Exception {
        try (Culvert server = server("one");
                Service service = Service.echo()) {
            Matcher line = line(server);
            try (Tap tap = new Tap(Integer.parseInt(line.group(2)));
                    Culvert client = client(line.group(1), service.port(), tap.port(), line.group(3))) {
                int port = Integer.parseInt(client.await("^tcp://127\\.0\\.0\\.1:(\\d+) -> "));
                try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    byte[] text = SECRET.getBytes(StandardCharsets.US_ASCII);
                    visitor.getOutputStream().write(text);
                    assertThat(visitor.getInputStream().readNBytes(text.length)).isEqualTo(text);
                }
                assertThat(tap.heard()).isNotEmpty().doesNotContain(SECRET).doesNotContain(line.group(1));
            }
        }
    }

    @Test
    void anotherServerAtTheSameAddressIsRefused() throws Exception {
        String token;
        String pin;
        try (Culvert server = server("one")) {
            Matcher line = line(server);
            token = line.group(1);
            pin = line.group(3);
        }
        try (Culvert other = server("two")) {
            Matcher line = line(other);
            Culvert client = client(token, 3000, Integer.parseInt(line.group(2)), pin);
            try (client) {
                assertThat(client.exitCode()).isEqualTo(5);
                assertThat(client.err()).contains("CLV-2010").contains(line.group(3));
            }
        }
    }

    @Test
    void aLaterStartPrintsThePinAgain() throws Exception {
        String pin;
        try (Culvert server = server("one")) {
            pin = line(server).group(3);
        }
        try (Culvert server = server("one")) {
            assertThat(server.await("^pin: (\\S+)")).isEqualTo(pin);
            server.await("^ready$");
            assertThat(server.out())
                    .contains(
                            "CULVERT_TOKEN=... culvert tcp 3000 --server ",
                            " --pin " + pin,
                            "culvert token new --enroll")
                    .doesNotContain("CULVERT_TOKEN=clv_");
        }
    }

    @Test
    void aClientThatMeansPlainAndAServerThatMeansTlsSayWhatIsWrong() throws Exception {
        try (Culvert server = server("one")) {
            int port = Integer.parseInt(line(server).group(2));
            try (Culvert client = Culvert.start(
                    directory,
                    "client",
                    "--server",
                    "127.0.0.1:" + port,
                    "--token",
                    Pair.TOKEN,
                    "--transport",
                    "plain",
                    "--tunnel",
                    "web:3000:0",
                    "--once")) {
                assertThat(client.exitCode()).isEqualTo(4);
            }
            server.await("CLV-4014");
        }
        try (Pair plain = Pair.start(directory)) {
            try (Culvert client = Culvert.start(
                    directory,
                    "client",
                    "--server",
                    "127.0.0.1:" + plain.controlPort(),
                    "--token",
                    Pair.TOKEN,
                    "--tunnel",
                    "web:3000:0",
                    "--once")) {
                assertThat(client.exitCode()).isEqualTo(4);
                // A server says nothing to whom it does not understand.
                assertThat(client.err()).contains("CLV-4011", "the connection ended during the handshake");
            }
        }
    }

    /** Its certificate is one that the client trusts; what it passes on is every byte of a good login. */
    @Test
    void nobodyInTheMiddleCanPassALoginOn() throws Exception {
        try (Culvert server = server("one")) {
            Matcher line = line(server);
            Path store = directory.resolve("relay.p12");
            keytool(
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=relay",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-keystore",
                    store);
            keytool("-exportcert", "-rfc", "-file", directory.resolve("relay.pem"), "-keystore", store);
            SSLContext relay = relay(store);
            ServerSocket listener =
                    relay.getServerSocketFactory().createServerSocket(0, 8, InetAddress.getLoopbackAddress());
            int target = Integer.parseInt(line.group(2));
            try (Tap tap = new Tap(
                    listener, () -> relay.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), target))) {
                Path file = Pair.write(
                        directory,
                        "client.toml",
                        """
                        server = "127.0.0.1:%d"
                        transport = { type = "tls", ca = "%s" }
                        [[auth]]
                        type = "token"
                        token = "%s"
                        """.formatted(tap.port(), directory.resolve("relay.pem"), line.group(1))
                                + Pair.tunnel("web", 3000, 0));
                Culvert client = Culvert.run(directory, "client", file.toString());

                assertThat(client.exitCode()).as(client.toString()).isEqualTo(5);
                assertThat(client.err()).contains("CLV-200").doesNotContain("CLV-2010");
                assertThat(tap.heard()).contains("SCRAM-SHA-256-PLUS");
                assertThat(server.err()).contains("client refused").doesNotContain("session active");
            }
        }
    }

    private static void keytool(Object... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        command.addAll(List.of("-alias", "relay", "-storepass", "changeit"));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private static SSLContext relay(Path store) throws Exception {
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), new TrustManager[] {new Trusting()}, null);
        return context;
    }

    private Culvert server(String name) throws IOException {
        Path data = Files.createDirectories(directory.resolve(name));
        return Culvert.start(directory, "server", "--port", "0", "--admin", "0", "--data-directory", data.toString());
    }

    private Culvert client(String token, int service, int port, String pin) {
        return Culvert.start(
                Culvert.home(),
                directory,
                Map.of("CULVERT_TOKEN", token),
                "tcp",
                String.valueOf(service),
                "--server",
                "127.0.0.1:" + port,
                "--pin",
                pin);
    }

    private static Matcher line(Culvert server) {
        server.await("^ready$");
        Matcher matcher = LINE.matcher(server.out());
        await().until(matcher::find);
        return matcher;
    }

    /** Somebody on the way who listens. */
    private static final class Tap implements AutoCloseable {

        private final ServerSocket listener;
        private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

        Tap(int target) throws IOException {
            this(
                    new ServerSocket(0, 8, InetAddress.getLoopbackAddress()),
                    () -> new Socket(InetAddress.getLoopbackAddress(), target));
        }

        Tap(ServerSocket listener, Target target) {
            this.listener = listener;
            start(() -> {
                while (true) {
                    Socket near = listener.accept();
                    Socket far = target.connect();
                    start(() -> copy(near, far));
                    start(() -> copy(far, near));
                }
            });
        }

        int port() {
            return listener.getLocalPort();
        }

        String heard() {
            synchronized (heard) {
                return heard.toString(StandardCharsets.ISO_8859_1);
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }

        private void copy(Socket from, Socket to) throws IOException {
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                byte[] chunk = new byte[8192];
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    synchronized (heard) {
                        heard.write(chunk, 0, read);
                    }
                    to.getOutputStream().write(chunk, 0, read);
                }
            }
        }

        private static void start(Task task) {
            Thread thread = new Thread(() -> {
                try {
                    task.run();
                } catch (IOException e) {
                    // The test is over.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        private interface Target {
            Socket connect() throws IOException;
        }

        private interface Task {
            void run() throws IOException;
        }
    }

    /** What a man in the middle does not care about. */
    private static final class Trusting implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
