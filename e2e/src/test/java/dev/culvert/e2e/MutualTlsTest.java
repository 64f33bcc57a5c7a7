package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates on both ends, and no {@code [[auth]]}. */
class MutualTlsTest {

    @TempDir
    private Path directory;

    @Test
    void aCertificateIsAPrincipalAndAnotherOfTheServerEndsNothing() throws Exception {
        Path store = certificate("server", "CN=first");
        Path second = certificate("second", "CN=second");
        certificate("alice", "CN=alice");
        certificate("mallory", "CN=mallory");
        Pair.write(directory, "ca.pem", pem("server") + pem("second"));
        Path file = Pair.write(directory, "server.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                transport = {type = "tls", pkcs12 = "%s", password = "changeit", client_ca = "%s"}
                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                """.formatted(store, directory.resolve("alice.pem")));
        try (Service echo = Service.echo();
                Culvert server = Culvert.start(directory, "server", file.toString(), "--admin", "0")) {
            int control = Integer.parseInt(server.await("^clients: port (\\d+)"));
            server.await("^ready$");
            try (Culvert alice = client(control, "alice", echo.port(), "one")) {
                int port = Pair.endpoint(alice, "one");
                assertThat(status(server)).contains("alice");

                Culvert refused = Culvert.run(
                        directory,
                        "client",
                        file(control, "mallory", echo.port(), "no").toString());
                assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(5);
                assertThat(status(server)).doesNotContain("mallory");

                AtomicBoolean over = new AtomicBoolean();
                AtomicLong rounds = new AtomicLong();
                Thread traffic;
                try (Socket visitor = Visitor.connect(port)) {
                    traffic = new Thread(() -> {
                        try {
                            while (!over.get()
                                    && Visitor.echo(visitor, "a word").equals("a word")) {
                                rounds.incrementAndGet();
                            }
                        } catch (Exception e) {
                            rounds.set(Long.MIN_VALUE);
                        }
                    });
                    traffic.start();
                    assertThat(subject(control)).isEqualTo("CN=first");

                    Files.move(second, store, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                    Awaitility.await()
                            .atMost(Culvert.PATIENCE)
                            .until(() -> subject(control).equals("CN=second"));
                    try (Culvert late = client(control, "alice", echo.port(), "two")) {
                        assertThat(Visitor.isServed(Pair.endpoint(late, "two"))).isTrue();
                    }

                    long atReload = rounds.get();
                    Awaitility.await().atMost(Culvert.PATIENCE).until(() -> rounds.get() > atReload + 10);
                    over.set(true);
                    traffic.join(Culvert.PATIENCE.toMillis());
                }
                assertThat(rounds).hasPositiveValue();
                assertThat(alice.err()).doesNotContain("session lost");
            }
        }
    }

    private String status(Culvert server) {
        return Culvert.run(
                        directory, "status", "--at", Administration.of(server).address())
                .out();
    }

    private Culvert client(int control, String who, int service, String tunnel) {
        return Culvert.start(
                directory, "client", file(control, who, service, tunnel).toString());
    }

    private Path file(int control, String who, int service, String tunnel) {
        return Pair.write(
                directory,
                tunnel + ".toml",
                """
                server = "127.0.0.1:%d"
                transport = {type = "tls", ca = "%s", pkcs12 = "%s", password = "changeit"}
                client_id = "%s"
                """.formatted(control, directory.resolve("ca.pem"), directory.resolve(who + ".p12"), tunnel)
                        + Pair.tunnel(tunnel, service, 0));
    }

    private Path certificate(String name, String subject) throws Exception {
        Path store = directory.resolve(name + ".p12");
        keytool(store, "-genkeypair", "-keyalg", "EC", "-dname", subject, "-ext", "san=ip:127.0.0.1");
        keytool(
                store,
                "-exportcert",
                "-rfc",
                "-file",
                directory.resolve(name + ".pem").toString());
        return store;
    }

    private String pem(String name) throws Exception {
        return Files.readString(directory.resolve(name + ".pem"));
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-alias", "key", "-storepass", "changeit"));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Whose certificate a new connection sees; the server asks for one of ours only after that. */
    private static String subject(int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Curious()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        }
    }

    /** Looks at any certificate. */
    private static final class Curious implements X509TrustManager {

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
