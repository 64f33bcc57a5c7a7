package dev.culvert.plugin.protocol.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.SourceNetwork;
import dev.culvert.spi.proxy.ProxyVersion;
import dev.culvert.testkit.EchoService;
import dev.culvert.testkit.FreePort;
import dev.culvert.testkit.KitTunnel;
import dev.culvert.testkit.ProtocolKit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol as HAProxy and nginx speak it. Skipped where those are not installed. */
final class RealProxiesTest {

    private static final List<String> PLACES =
            List.of("/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/");

    private final ProtocolKit kit = new ProtocolKit();
    private KitTunnel tunnel;

    @TempDir
    private Path directory;

    @AfterEach
    void leavesNothingOpen() {
        kit.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void haproxyInFrontSpeaksForItsVisitors(String how) throws Exception {
        Path haproxy = installed("haproxy");
        EchoService echo = kit.closing(EchoService.start());
        int behind = open(echo.address(), null);
        int front = FreePort.any();
        start(front, haproxy.toString(), "-f", write("haproxy.cfg", """
                defaults
                  mode tcp
                  timeout connect 10s
                  timeout client 20s
                  timeout server 20s
                listen front
                  bind 127.0.0.1:%d
                  server culvert 127.0.0.1:%d %s
                """.formatted(front, behind, how)));
        try (Socket visitor = connect(front)) {
            visitor.getOutputStream().write("hello".getBytes(US_ASCII));

            assertThat(new String(visitor.getInputStream().readNBytes(5), US_ASCII))
                    .isEqualTo("hello");
            assertThat(tunnel.origins())
                    .extracting(origin -> origin.visitor().getPort())
                    .contains(visitor.getLocalPort());
        }
    }

    @ParameterizedTest
    @EnumSource(ProxyVersion.class)
    void nginxBehindIsToldWhoVisits(ProxyVersion version) throws Exception {
        Path nginx = installed("nginx");
        int service = FreePort.any();
        start(service, nginx.toString(), "-e", "stderr", "-c", write("nginx.conf", """
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                events {}
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  server {
                    listen 127.0.0.1:%2$d proxy_protocol;
                    location / { return 200 "$proxy_protocol_addr:$proxy_protocol_port"; }
                  }
                }
                """.formatted(directory, service)));

        assertToldWhoVisits(service, version);
    }

    @ParameterizedTest
    @EnumSource(ProxyVersion.class)
    void haproxyBehindIsToldWhoVisits(ProxyVersion version) throws Exception {
        Path haproxy = installed("haproxy");
        int service = FreePort.any();
        start(service, haproxy.toString(), "-f", write("haproxy.cfg", """
                defaults
                  mode http
                  timeout connect 10s
                  timeout client 20s
                  timeout server 20s
                frontend service
                  bind 127.0.0.1:%d accept-proxy
                  http-request return status 200 content-type text/plain lf-string "%%[src]:%%[src_port]"
                """.formatted(service)));

        assertToldWhoVisits(service, version);
    }

    private void assertToldWhoVisits(int service, ProxyVersion version) throws Exception {
        int port = open(new HostPort("127.0.0.1", service), version);
        try (Socket visitor = connect(port)) {
            visitor.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));

            assertThat(new String(visitor.getInputStream().readAllBytes(), US_ASCII))
                    .endsWith("\r\n\r\n127.0.0.1:" + visitor.getLocalPort());
        }
    }

    private int open(HostPort local, ProxyVersion told) {
        tunnel = kit.tunnel();
        List<SourceNetwork> proxies = told == null ? List.of(SourceNetwork.parse("127.0.0.0/8")) : List.of();
        var server = kit.server(new TcpProtocolFactory("127.0.0.1", null, null, null, null, null, proxies));
        var client = Visits.client(local, 0, null, null, null, null, null, null, told);
        tunnel.arrive(kit.client(client));
        return kit.open(server, tunnel, client).endpoint().port();
    }

    private void start(int port, String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        kit.closing(() -> process.destroyForcibly().waitFor());
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            assertThat(process.isAlive())
                    .as(Files.readString(directory.resolve("output")))
                    .isTrue();
            connect(port).close();
            return true;
        });
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static Path installed(String program) {
        Path path = PLACES.stream()
                .map(place -> Path.of(place + program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(path != null, program + " is not installed");
        return path;
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setSoTimeout(20_000);
        return socket;
    }
}
