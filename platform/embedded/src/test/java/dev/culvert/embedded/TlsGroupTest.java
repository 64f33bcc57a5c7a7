package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testkit.FreePort;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several clients behind one name of TLS, whose services have the key and the server has not. */
final class TlsGroupTest {

    private static final String HOST = "db.example.com";

    @TempDir
    private Path directory;

    private final int port = FreePort.any();
    private Group group;
    private SSLContext context;

    @BeforeEach
    void start() throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject("CN=" + HOST)
                .addSanDnsName(HOST)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        context = SSLContext.getInstance("TLS");
        context.init(
                certificate.toKeyManagerFactory().getKeyManagers(),
                InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), // whose it is shows by what it says
                null);
        group = Group.start(directory, List.of(Map.of("type", "tls", "bind", "127.0.0.1:" + port)));
    }

    @AfterEach
    void stop() throws Exception {
        group.close();
    }

    @Test
    void visitorsTakeTurnsAsTheWeightsSayAndTheLossOfOneIsNobodysElse() throws Exception {
        CutWire wire = group.wire();
        member("a", 3, wire);
        member("b", 1, group.wire());

        assertThat(count(12)).isEqualTo(Map.of("a", 9, "b", 3));

        wire.cut();
        await().atMost(Group.PATIENCE).until(() -> group.clients() == 1);
        assertThat(count(8)).isEqualTo(Map.of("b", 8));

        wire.mend();
        await().atMost(Group.PATIENCE).until(() -> group.clients() == 2);
        assertThat(count(12)).isEqualTo(Map.of("a", 9, "b", 3));
    }

    private void member(String name, int weight, CutWire wire) throws IOException {
        SSLServerSocket service = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        group.closing(service);
        Thread thread = new Thread(() -> sayToAll(service, name), "service");
        thread.setDaemon(true);
        thread.start();
        group.client(
                wire,
                Group.keys(
                        "type",
                        "tls",
                        "host",
                        HOST,
                        "balance",
                        "round-robin",
                        "weight",
                        weight,
                        "local",
                        "127.0.0.1:" + service.getLocalPort()));
    }

    private static void sayToAll(SSLServerSocket service, String name) {
        while (!service.isClosed()) {
            try (Socket visitor = service.accept()) {
                visitor.getOutputStream().write(name.getBytes(US_ASCII));
            } catch (IOException e) {
                // That visitor's affair, or the end.
            }
        }
    }

    private Map<String, Integer> count(int visits) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < visits; i++) {
            counts.merge(visit(), 1, Integer::sum);
        }
        return counts;
    }

    private String visit() throws IOException {
        Socket bare = new Socket(InetAddress.getLoopbackAddress(), port);
        bare.setSoTimeout(20_000);
        try (SSLSocket visitor = (SSLSocket) context.getSocketFactory().createSocket(bare, HOST, port, true)) {
            SSLParameters parameters = visitor.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(HOST)));
            visitor.setSSLParameters(parameters);
            return new String(visitor.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
