package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.client.Check;
import dev.culvert.client.ClientFile;
import dev.culvert.client.Diagnosis;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.server.ServerFile;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.CulvertException;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that can be wrong has a row of its own, with what to do about it. */
final class DiagnosisTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path directory;

    private final Deque<AutoCloseable> made = new ArrayDeque<>();
    private EchoService service;

    @BeforeEach
    void service() throws IOException {
        service = closing(EchoService.start());
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!made.isEmpty()) {
            made.pop().close();
        }
    }

    @Test
    void aCertificateThatHasExpired() throws Exception {
        ServerSocket server = closing(expired().getServerSocketFactory().createServerSocket(0, 5, loopback()));
        daemon(server, socket -> socket.getInputStream().readAllBytes());

        List<Check> rows = diagnose(server.getLocalPort(), Map.of("transport", "tls"), tcp());

        assertThat(row(rows, "connect").isOk()).isTrue();
        assertFailed(row(rows, "certificate"), "CLV-1017", "NotAfter", "renew it on the server");
        assertFailed(row(rows, "login"), "CLV-2", "not trusted");
        assertFailed(row(rows, "tunnel"), "CLV-1018", "there is no session");
    }

    @Test
    void aCertificateOfNobodyWhomThisMachineTrusts() {
        TunnelServer server = server(Map.of("transport", "tls"), List.of(Map.of("type", "tcp")));

        List<Check> rows = diagnose(port(server), Map.of("transport", "tls"), tcp());

        assertThat(row(rows, "certificate").detail())
                .contains(server.pins().get("main").get(0));
        assertFailed(row(rows, "login"), "CLV-2", "not trusted");
        assertThat(rows).noneMatch(row -> row.what().equals("endpoint"));
    }

    @Test
    void aTransportThatTheServerDoesNotSpeak() throws Exception {
        ServerSocket server = closing(new ServerSocket(0, 5, loopback()));
        daemon(server, socket -> socket.getOutputStream().write("220 mail.example.com ESMTP\r\n".getBytes(US_ASCII)));

        List<Check> rows = diagnose(server.getLocalPort(), Map.of("transport", "plain"), tcp());

        assertThat(row(rows, "connect").isOk()).isTrue();
        assertThat(rows).noneMatch(row -> row.what().equals("certificate"));
        assertFailed(row(rows, "transport"), "CLV-4");
        assertFailed(row(rows, "login"), "CLV-1018");
    }

    @Test
    void anEndpointThatIsNotWhereTheServerIs() {
        TunnelServer server = server(Map.of("transport", "plain"), List.of(Map.of("type", "tcp", "bind", "127.0.0.2")));

        List<Check> rows = diagnose(port(server), Map.of("transport", "plain"), tcp());

        assertThat(row(rows, "tunnel").isOk()).as(rows.toString()).isTrue();
        assertFailed(row(rows, "endpoint"), "CLV-4003", "127.0.0.1:", "refused");
    }

    @Test
    void anEndpointThatSendsThisVisitorAway() {
        TunnelServer server = server(Map.of("transport", "plain"), List.of(Map.of("type", "tcp")));
        Map<String, Object> tunnel = tcp();
        tunnel.put("allow", List.of("192.0.2.0/24"));

        List<Check> rows = diagnose(port(server), Map.of("transport", "plain"), tunnel);

        assertThat(row(rows, "tunnel").isOk()).as(rows.toString()).isTrue();
        assertFailed(row(rows, "endpoint"), "CLV-3030", "127.0.0.1:");
    }

    @Test
    void whatCannotBeTriedIsSaidAndIsNotWrong() {
        TunnelServer server = server(Map.of("transport", "plain"), List.of(Map.of("type", "udp")));
        Map<String, Object> tunnel = tcp();
        tunnel.put("type", "udp");

        List<Check> rows = diagnose(port(server), Map.of("transport", "plain"), tunnel);

        assertThat(row(rows, "endpoint").detail()).startsWith("udp://").contains("not tried");
        assertThat(row(rows, "clock").detail()).startsWith("the server's is ");
        assertThat(rows).as("all of them").allMatch(Check::isOk);

        TunnelServer raw = server(
                Map.of("transport", "plain", "dialect", "raw"),
                List.of(Map.of("type", "tcp")),
                List.of(Map.of("type", "tcp", "name", "web", "port", FreePort.any())));
        List<Check> ofRaw = diagnose(port(raw), Map.of("transport", "plain", "dialect", "raw"), tcp());
        assertThat(row(ofRaw, "clock").detail()).startsWith("not checked: the server does not say");
        assertThat(row(ofRaw, "tunnel").detail()).contains("not probed");
        assertThat(ofRaw).as("all of them").allMatch(Check::isOk);
    }

    private static void assertFailed(Check row, String code, String... words) {
        CulvertException failure = row.failure();
        assertThat(failure).as(row.toString()).isNotNull();
        assertThat(failure.code().code()).as(row.toString()).startsWith(code);
        assertThat(failure.code().remedy()).isNotBlank();
        for (String word : words) {
            assertThat(row.detail()).contains(word);
        }
    }

    private static Check row(List<Check> rows, String what) {
        return rows.stream()
                .filter(row -> row.what().equals(what))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row " + what + " in " + rows));
    }

    private List<Check> diagnose(int port, Map<String, Object> keys, Map<String, Object> tunnel) {
        var sources = ConfigurationSources.none()
                .flag("test", "server", "127.0.0.1:" + port)
                .flag("test", "login_timeout", "5s")
                .flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)))
                .flag("test", "tunnel", List.of(tunnel));
        for (Map.Entry<String, Object> key : keys.entrySet()) {
            sources = sources.flag("test", key.getKey(), key.getValue());
        }
        List<Check> rows = new ArrayList<>();
        try {
            new Diagnosis(ClientFile.load(sources, null).value().settings(directory), rows::add).run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private TunnelServer server(Map<String, Object> listen, List<Map<String, Object>> protocols) {
        return server(listen, protocols, List.of());
    }

    private TunnelServer server(
            Map<String, Object> listen, List<Map<String, Object>> protocols, List<Map<String, Object>> tunnels) {
        Map<String, Object> section = new LinkedHashMap<>(listen);
        section.put("bind", "127.0.0.1:0");
        var sources = ConfigurationSources.none()
                .flag("test", "listen", List.of(section))
                .flag("test", "protocol", protocols)
                .flag("test", "tunnel", tunnels);
        if (tunnels.isEmpty()) {
            sources = sources.flag("test", "auth", List.of(Map.of("type", "token", "token", TOKEN)));
        }
        TunnelServer server =
                closing(new TunnelServer(ServerFile.load(sources, null).value().toSettings(directory), List.of()));
        server.start();
        return server;
    }

    private static int port(TunnelServer server) {
        return server.addresses().get("main").getPort();
    }

    private Map<String, Object> tcp() {
        return new LinkedHashMap<>(
                Map.of("type", "tcp", "name", "web", "local", service.address().toString()));
    }

    private SSLContext expired() throws Exception {
        Path store = directory.resolve("expired.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=relay",
                        "-startdate",
                        "-20d",
                        "-validity",
                        "10",
                        "-keystore",
                        store.toString(),
                        "-alias",
                        "key",
                        "-storepass",
                        "changeit")
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** Does something with everybody who connects, one after the other. */
    private static void daemon(ServerSocket server, Talk talk) {
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    talk.with(socket);
                } catch (IOException e) {
                    // The visitor has had enough, or the test is over.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private interface Talk {
        void with(Socket socket) throws IOException;
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    private <T extends AutoCloseable> T closing(T resource) {
        made.push(resource);
        return resource;
    }
}
