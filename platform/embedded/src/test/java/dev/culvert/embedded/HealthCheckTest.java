package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.culvert.engine.telemetry.TunnelState;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Health checks of services that speak more than TCP, and of those that say nothing. */
final class HealthCheckTest {

    private static final Map<String, Object> BY_PATH =
            Map.of("path", "/well", "interval", "20ms", "failures", 1, "successes", 1);
    private static final Map<String, Object> BY_CONNECTION =
            Map.of("type", "tcp", "interval", "20ms", "failures", 1, "successes", 1);

    @TempDir
    private Path directory;

    private Group group;
    private volatile int status = 204;

    @BeforeEach
    void start() {
        group = Group.start(directory, List.of(Map.of("type", "tcp"), Map.of("type", "http", "bind", "127.0.0.1:0")));
    }

    @AfterEach
    void stop() throws Exception {
        group.close();
    }

    @Test
    void aServiceOfHttpsIsAskedInsideItsTls() throws Exception {
        X509Bundle own = certificate("localhost");
        checked("https://localhost:" + https(own), BY_PATH, "ca", pem(own));
        awaitState(TunnelState.REGISTERED);

        status = 503;
        awaitState(TunnelState.DEGRADED);
        assertThat(group.reasons().get(0))
                .startsWith("CLV-5007: health check: local https://localhost:")
                .contains(" answered 503 to GET /well (expected: 200 to 399).");

        status = 302;
        awaitState(TunnelState.REGISTERED);
    }

    @Test
    void aCertificateThatVisitorsWouldFailByFailsTheCheck() throws Exception {
        X509Bundle other = certificate("other.example");
        checked("https://localhost:" + https(other), BY_CONNECTION, "ca", pem(other));

        awaitState(TunnelState.DEGRADED);
        assertThat(group.reasons().get(0)).startsWith("CLV-5007: health check: local https://localhost:");
    }

    @Test
    void aServiceOfHttp2InsideTlsIsWellIfItAgreesOnThat() throws Exception {
        X509Bundle own = certificate("localhost");
        Server service = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .useTransportSecurity(
                        new ByteArrayInputStream(own.getCertificatePathPEM().getBytes(UTF_8)),
                        new ByteArrayInputStream(own.getPrivateKeyPEM().getBytes(UTF_8)))
                .build()
                .start();
        group.closing((AutoCloseable) () -> service.shutdownNow().awaitTermination(20, TimeUnit.SECONDS));
        checked("h2://localhost:" + service.getPort(), BY_CONNECTION, "ca", pem(own));
        awaitState(TunnelState.REGISTERED);

        group.close();
        start();
        checked("h2://localhost:" + https(own), BY_CONNECTION, "ca", pem(own));
        awaitState(TunnelState.DEGRADED);
        assertThat(group.reasons().get(0)).contains("does not offer HTTP/2 (ALPN)");
    }

    @ParameterizedTest
    @CsvSource({"http,h2c://127.0.0.1:1", "http,h2://127.0.0.1:1"})
    void aServiceThatDoesNotSpeakHttp1IsNotAskedForAPage(String type, String local) {
        assertThatThrownBy(() -> checked(local, BY_PATH))
                .hasMessageStartingWith("CLV-1004")
                .hasMessageContaining("tunnel \"web\": health_check: type = \"http\"")
                .hasMessageContaining("expected: type = \"tcp\"");
    }

    @Test
    void aServiceThatIsToldItsVisitorsIsToldThatACheckIsNone() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread client =
                    new Thread(() -> checked("127.0.0.1:" + service.getLocalPort(), BY_PATH, "proxy_protocol", "v1"));
            client.start();
            try (Socket check = service.accept()) {
                check.setSoTimeout(20_000);
                byte[] head = check.getInputStream().readNBytes("PROXY UNKNOWN\r\nGET /well HTTP/1.1\r\n".length());
                assertThat(new String(head, UTF_8)).isEqualTo("PROXY UNKNOWN\r\nGET /well HTTP/1.1\r\n");
            }
            client.join();
        }
    }

    @Test
    void aServiceThatAcceptsAndSaysNothingIsIllAfterTheTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            checked(
                    "127.0.0.1:" + silent.getLocalPort(),
                    Map.of("path", "/well", "interval", "20ms", "timeout", "150ms"));

            awaitState(TunnelState.DEGRADED);
            assertThat(group.reasons().get(0)).contains("did not answer within 150 ms.");
        }
    }

    private void checked(String local, Map<String, Object> check, Object... more) {
        Map<String, Object> tunnel = Group.keys(more);
        tunnel.put("type", "http");
        tunnel.put("host", "web");
        tunnel.put("local", local);
        tunnel.put("health_check", check);
        group.client(tunnel);
    }

    private void awaitState(TunnelState state) {
        await().atMost(Group.PATIENCE).until(() -> group.states(), states -> states.equals(List.of(state)));
    }

    private int https(X509Bundle certificate) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        HttpsServer service = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setHttpsConfigurator(new HttpsConfigurator(context));
        service.createContext("/", exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        service.start();
        group.closing((AutoCloseable) () -> service.stop(0));
        return service.getAddress().getPort();
    }

    private String pem(X509Bundle certificate) throws Exception {
        return Files.writeString(directory.resolve("ca.pem"), certificate.getCertificatePEM())
                .toString();
    }

    private static X509Bundle certificate(String name) throws Exception {
        return new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject("CN=" + name)
                .addSanDnsName(name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }
}
