package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.UnixPath;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services that speak HTTP inside TLS. */
final class ServiceTlsTest extends HttpTest {

    @TempDir
    private static Path directory;

    private static X509Bundle authority;
    private static X509Bundle localhost;
    private static Path ca;

    @BeforeAll
    static void certify() throws Exception {
        authority = builder("CN=authority").setIsCertificateAuthority(true).buildSelfSigned();
        localhost = named("localhost");
        ca = Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
    }

    @Test
    void aServiceOfTlsIsReachedIfItsCertificateIsGood() throws Exception {
        Origin origin = origin(localhost);
        int port = open(tunnel(https("localhost", origin), null, ca, null, null));
        Visitor visitor = visit(port);

        visitor.get(HOST, "/");
        assertThat(visitor.answer()).isEqualTo("hello");
        visitor.get(HOST, "/again");
        assertThat(visitor.answer()).isEqualTo("hello");

        assertThat(origin.last().field("host")).isEqualTo(HOST);
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void itIsToldItsOwnHostIfTheFileSaysSo() throws Exception {
        Origin origin = origin(localhost);
        Visitor visitor = visit(open(tunnel(https("localhost", origin), "local", ca, null, null)));

        visitor.get(HOST, "/");
        visitor.answer();

        assertThat(origin.last().field("host"))
                .isEqualTo("localhost:" + origin.address().port());
        assertThat(LocalTarget.parse("https://internal.example").authority()).isEqualTo("internal.example");
    }

    @Test
    void largeBodiesPassBothWays() throws Exception {
        Visitor visitor = visit(open(tunnel(https("localhost", origin(localhost)), null, ca, null, null)));
        byte[] bytes = new byte[3 << 20];
        new Random(1).nextBytes(bytes);
        Thread writer = new Thread(() -> {
            try {
                visitor.say("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + bytes.length + "\r\n\r\n");
                visitor.out().write(bytes);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        writer.start();

        assertThat(visitor.head().body(visitor.in())).isEqualTo(bytes);
        writer.join();
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefusedAndTheClientSaysItsPin() throws Exception {
        Origin origin = origin(localhost);

        assertRefused(open(tunnel(https("localhost", origin), null, null, null, null)), "nobody that this client");

        String pin = ServiceTrust.pin(localhost.getCertificate());
        assertThat(tunnel().failedDials().get(0).detail()).contains(pin).contains("CN=localhost");
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void anotherKeyThanThePinnedOneIsRefused() throws Exception {
        Origin origin = origin(named("anything.example"));
        String wrong = ServiceTrust.pin(authority.getCertificate());

        assertRefused(open(tunnel(https("localhost", origin), null, null, wrong, null)), "not the pinned one");
    }

    @Test
    void aPinnedKeyIsEnoughWhateverItsName() throws Exception {
        X509Bundle other = named("anything.example");
        Origin origin = origin(other);
        String pin = ServiceTrust.pin(other.getCertificate());

        Visitor visitor = visit(open(tunnel(https("127.0.0.1", origin), null, null, pin, null)));

        visitor.get(HOST, "/");
        assertThat(visitor.answer()).isEqualTo("hello");
    }

    @Test
    void aCertificateForAnotherNameIsRefused() throws Exception {
        Origin origin = origin(named("internal.example"));

        assertRefused(open(tunnel(https("localhost", origin), null, ca, null, null)), "localhost");
    }

    @Test
    void theFileMaySayWhichNameIsRight() throws Exception {
        Origin origin = origin(named("internal.example"));
        Visitor visitor = visit(open(tunnel(https("localhost", origin), null, ca, null, "internal.example")));

        visitor.get(HOST, "/");
        assertThat(visitor.answer()).isEqualTo("hello");
    }

    @Test
    void aServiceWithoutTlsIsSaidToBeOne() throws Exception {
        ServerSocket plain = kit.closing(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        LocalTarget target = new LocalTarget(LocalTarget.Scheme.HTTPS, new HostPort("localhost", plain.getLocalPort()));
        Visitor visitor = visit(open(tunnel(target, null, ca, null, null)));

        visitor.get(HOST, "/");
        try (Socket connection = plain.accept()) {
            connection.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(ISO_8859_1));

            Message answer = visitor.head();
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.field("x-culvert-error")).isEqualTo(ServiceError.FAILED.code());
        }
        assertThat(tunnel().failedDials().get(0).detail()).contains("does not speak TLS");
    }

    @Test
    void anAnswerThatEndsWithTheConnectionIsWholeOnlyWithAGoodbye() throws Exception {
        Origin origin = kit.closing(Origin.start(spoken(localhost), (request, in, out, connection) -> {
            out.write("HTTP/1.1 200 OK\r\n\r\nsome".getBytes(ISO_8859_1));
            out.flush();
            if (request.start().contains("/cut")) {
                connection.close();
            }
            return false;
        }));
        int port = open(tunnel(https("localhost", origin), null, ca, null, null));

        Visitor whole = visit(port).get(HOST, "/whole");
        assertThat(whole.answer()).isEqualTo("some");
        Visitor cut = visit(port).get(HOST, "/cut");
        cut.assertReset();
    }

    @Test
    void keysOfTlsAreForServicesOfTls() {
        assertThatThrownBy(() -> tunnel(LocalTarget.parse(3000), null, ca, null, null))
                .hasMessageContaining("https:// or h2://");
        assertThatThrownBy(() -> LocalTarget.parse("ftp://x")).hasMessageContaining("https://");
        assertThat(LocalTarget.parse("https://x/").address()).isEqualTo(new HostPort("x", 443));
    }

    @Test
    void aUnixSocketMaySpeakAnything() {
        LocalTarget plain = LocalTarget.parse("unix:/run/app.sock");
        assertThat(plain).isEqualTo(new LocalTarget(new UnixPath("/run/app.sock")));
        assertThat(plain).hasToString("unix:/run/app.sock");
        assertThat(plain.authority()).isEqualTo("localhost");
        assertThat(LocalTarget.parse("http://unix:/run/app.sock")).isEqualTo(plain);
        assertThat(LocalTarget.parse("h2c://unix:/run/grpc.sock"))
                .hasToString("h2c://unix:/run/grpc.sock")
                .isEqualTo(new LocalTarget(LocalTarget.Scheme.H2C, new UnixPath("/run/grpc.sock")));
        assertThat(LocalTarget.parse("https://unix:/run/app.sock").host()).isEqualTo("localhost");
        assertThatThrownBy(() -> LocalTarget.parse("unix:app.sock")).hasMessageContaining("an absolute path");
        assertThatThrownBy(() -> HttpTarget.parse("http:/run/app.sock")).hasMessageContaining("unix:/path");
    }

    private void assertRefused(int port, String reason) throws Exception {
        Visitor visitor = visit(port).get(HOST, "/");
        Message answer = visitor.head();
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.field("x-culvert-error")).isEqualTo(ServiceError.CERTIFICATE_REFUSED.code());
        assertThat(tunnel().failedDials())
                .singleElement()
                .satisfies(cause -> assertThat(cause.detail()).contains(reason).contains("https://"));
    }

    private Origin origin(X509Bundle certificate) throws Exception {
        return kit.closing(Origin.start(spoken(certificate), (request, in, out, connection) -> {
            byte[] body = request.body(in);
            Origin.say(out, 200, "", body.length == 0 ? "hello".getBytes(ISO_8859_1) : body);
            return true;
        }));
    }

    static Origin.Spoken spoken(X509Bundle certificate) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), null, null);
        return connection -> {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(connection, null, 0, false);
            tls.setUseClientMode(false);
            return tls;
        };
    }

    private static LocalTarget https(String host, Origin origin) {
        return new LocalTarget(
                LocalTarget.Scheme.HTTPS, new HostPort(host, origin.address().port()));
    }

    private static HttpTunnelFactory tunnel(
            LocalTarget local, String hostHeader, Path ca, String pin, String serverName) {
        return Settings.tunnel(local, HOST, hostHeader, ca, pin == null ? null : List.of(pin), serverName);
    }

    static X509Bundle named(String name) throws Exception {
        return builder("CN=" + name)
                .addSanDnsName(name)
                .addExtendedKeyUsageServerAuth()
                .buildIssuedBy(authority);
    }

    private static CertificateBuilder builder(String subject) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject(subject)
                .notBefore(now.minusSeconds(86_400))
                .notAfter(now.plusSeconds(86_400));
    }
}
