package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.plugin.filter.auth.BasicAuthFilterFactory;
import dev.culvert.plugin.filter.compression.CompressionFilterFactory;
import dev.culvert.plugin.filter.limits.RateFilterFactory;
import dev.culvert.plugin.filter.limits.SizeFilterFactory;
import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.http.HttpFilterFactory;
import dev.culvert.spi.protocol.RequestReport;
import dev.culvert.testkit.KitTunnel;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Visitors who speak HTTP/2, and visitors who come by TLS. */
final class Http2Test extends HttpTest {

    @TempDir
    private static Path directory;

    private static X509Bundle authority;

    private boolean secure;
    private List<HttpFilterFactory> filters = List.of();

    @Override
    HttpProtocolFactory settings() {
        TlsSection tls = secure
                ? new TlsSection(new HostPort("127.0.0.1", 0), List.of(pair("localhost"), pair("other.example.com")))
                : null;
        // Java's client keeps its connections; this server does not, so that the kit sees all of them closed.
        Limits limits = Settings.limits(null, Duration.ofSeconds(1), null);
        return new ServerSection().tls(tls).limits(limits).filters(filters).read();
    }

    @Test
    void manyRequestsShareAConnectionOfTls() throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");
        Origin origin = kit.closing(Origin.echo());
        int port = atLocalhost(origin);
        HttpClient client = client(HttpClient.Version.HTTP_2);

        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/" + i))
                    .POST(BodyPublishers.ofString("question " + i))
                    .build();
            answers.add(client.sendAsync(request, BodyHandlers.ofString()));
        }

        for (int i = 0; i < 50; i++) {
            HttpResponse<String> answer = answers.get(i).get(20, TimeUnit.SECONDS);
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo("question " + i);
        }
        Message seen = origin.last();
        assertThat(seen.field("x-forwarded-proto")).isEqualTo("https");
        assertThat(seen.field("host")).isEqualTo("localhost:" + port);
        assertThat(seen.fields()).noneMatch(field -> field.startsWith("x-http2"));
        assertThat(tunnel().reports())
                .hasSize(50)
                .allSatisfy(report -> assertThat(report.outcome()).isEqualTo(RequestReport.Outcome.OK));
    }

    @Test
    void largeBodiesPassByHttp1OfTlsToo() throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");
        int port = atLocalhost(kit.closing(Origin.echo()));
        byte[] bytes = new byte[4 << 20];
        new Random(1).nextBytes(bytes);

        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
                    .POST(BodyPublishers.ofByteArray(bytes))
                    .build();
            HttpResponse<byte[]> answer = client(version).send(request, BodyHandlers.ofByteArray());
            assertThat(answer.version()).isEqualTo(version);
            assertThat(Arrays.equals(answer.body(), bytes)).as("%s", version).isTrue();
        }
    }

    @Test
    void nobodySeesACertificateOfANameThatItDidNotAskFor() throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");
        int port = atLocalhost(kit.closing(Origin.echo()));

        assertThat(names(port, "localhost")).contains("localhost");
        assertThat(names(port, "other.example.com")).contains("other.example.com");
        assertThatThrownBy(() -> names(port, "third.example.com")).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> names(port, null)).isInstanceOf(SSLException.class);
        try (SSLSocket socket = shake(port, "other.example.com")) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(Message.read(socket.getInputStream()).status()).isEqualTo(421);
        }
    }

    @Test
    void certificatesAreReadAgainWhenTheyChange() throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");
        int port = atLocalhost(kit.closing(Origin.echo()));
        X509Certificate before = certificate(port, "localhost");

        certify("localhost");
        Files.setLastModifiedTime(
                directory.resolve("localhost.pem"), FileTime.from(Instant.now().plusSeconds(5)));

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> !certificate(port, "localhost").equals(before));
    }

    @Test
    void anAnswerThatEndsHalfWayResetsItsStream() throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");
        Origin origin = origin((request, in, out, connection) -> {
            if (request.start().contains("/half")) {
                out.write("HTTP/1.1 200 So\r\nContent-Length: 100\r\n\r\nhalf".getBytes(ISO_8859_1));
                return false;
            }
            Origin.say(out, 200, "", new byte[0]);
            return true;
        });
        int port = atLocalhost(origin);
        HttpClient client = client(HttpClient.Version.HTTP_2);
        URI base = URI.create("https://localhost:" + port + "/");

        assertThatThrownBy(() -> client.send(
                        HttpRequest.newBuilder(base.resolve("/half")).build(), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
        assertThat(client.send(HttpRequest.newBuilder(base).build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void filtersAreForVisitorsOfHttp2Too() throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");
        filters = filters("""
                [{"type": "rate", "limit": "4/h"},
                 {"type": "basic-auth", "users": [{"name": "alice", "password": "open sesame"}]},
                 {"type": "size", "request_body": "1KiB"},
                 {"type": "compression"}]""");
        String text = "all work and no play ".repeat(1_000);
        Origin origin = origin((request, in, out, connection) -> {
            request.body(in);
            Origin.say(out, 200, "Content-Type: text/plain\r\n", text.getBytes(ISO_8859_1));
            return true;
        });
        URI url = URI.create("https://localhost:" + atLocalhost(origin) + "/");
        HttpClient client = client(HttpClient.Version.HTTP_2);
        HttpRequest.Builder stranger = HttpRequest.newBuilder(url);
        HttpRequest.Builder alice = HttpRequest.newBuilder(url)
                .header("Authorization", "Basic YWxpY2U6b3BlbiBzZXNhbWU=")
                .header("Accept-Encoding", "gzip");

        HttpResponse<byte[]> unknown = client.send(stranger.build(), BodyHandlers.ofByteArray());
        HttpResponse<byte[]> passed = client.send(alice.build(), BodyHandlers.ofByteArray());
        HttpResponse<byte[]> large = client.send(
                alice.copy().POST(BodyPublishers.ofByteArray(new byte[200_000])).build(), BodyHandlers.ofByteArray());
        HttpResponse<byte[]> posted = client.send(
                alice.copy().POST(BodyPublishers.ofByteArray(new byte[1_000])).build(), BodyHandlers.ofByteArray());
        HttpResponse<byte[]> tooMany = client.send(alice.build(), BodyHandlers.ofByteArray());

        assertThat(List.of(unknown, passed, large, posted, tooMany))
                .allSatisfy(answer -> assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2))
                .extracting(HttpResponse::statusCode)
                .containsExactly(401, 200, 413, 200, 429);
        assertThat(unknown.headers().firstValue("www-authenticate")).isPresent();
        assertThat(passed.headers().firstValue("content-encoding")).hasValue("gzip");
        assertThat(passed.body().length).isLessThan(1_000);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(passed.body())).readAllBytes())
                .isEqualTo(text.getBytes(ISO_8859_1));
        assertThat(origin.requests()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aFilterReplacesAnAnswerOfWhichTheVisitorHasSeenNothing(HttpClient.Version version) throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");
        filters = filters("[{\"type\": \"size\", \"response_body\": \"1KiB\"}, {\"type\": \"compression\"}]");
        Origin origin = origin((request, in, out, connection) -> {
            Origin.say(out, 200, "", new byte[request.start().contains("/long") ? 1025 : 1024]);
            return true;
        });
        String url = "https://localhost:" + atLocalhost(origin);
        HttpClient client = client(version);

        HttpResponse<String> tooLong =
                client.send(HttpRequest.newBuilder(URI.create(url + "/long")).build(), BodyHandlers.ofString());
        HttpResponse<String> passed =
                client.send(HttpRequest.newBuilder(URI.create(url + "/")).build(), BodyHandlers.ofString());

        assertThat(tooLong.version()).isEqualTo(version);
        assertThat(tooLong.statusCode()).isEqualTo(502);
        assertThat(tooLong.body()).contains("CLV-6045");
        assertThat(passed.statusCode()).isEqualTo(200);
        assertThat(passed.body()).hasSize(1024);
        assertThat(tunnel().reports())
                .extracting(RequestReport::outcome)
                .containsExactly(RequestReport.Outcome.REFUSED, RequestReport.Outcome.OK);
    }

    private static List<HttpFilterFactory> filters(String sections) throws IOException {
        ObjectMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        mapper.registerSubtypes(
                RateFilterFactory.class,
                BasicAuthFilterFactory.class,
                SizeFilterFactory.class,
                CompressionFilterFactory.class);
        return mapper.readValue(sections, new TypeReference<List<HttpFilterFactory>>() {});
    }

    @Test
    @Tag("slow")
    void h2specHasNothingToSay() throws Exception {
        secure = true;
        certify("localhost");
        certify("other.example.com");

        String said = h2spec(atLocalhost(kit.closing(Origin.echo())), "-t", "-k");

        assertThat(said).contains("146 tests, 146 passed, 0 skipped, 0 failed");
    }

    /** The one case left out expects silence where this listener, which speaks HTTP/1.1 too, answers 400. */
    @Test
    @Tag("slow")
    void h2specHasNothingToSayWithoutTls() throws Exception {
        String said = h2spec(atLocalhost(kit.closing(Origin.echo())));

        assertThat(said).contains("146 tests, 145 passed");
        assertThat(said.substring(said.indexOf("Failures:"))).contains("Sends invalid connection preface");
    }

    private static String h2spec(int port, String... more) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(h2spec().toString(), "-h", "localhost", "-p", String.valueOf(port), "-o", "2", "--strict"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
        process.waitFor(60, TimeUnit.SECONDS);
        return said;
    }

    private static Path h2spec() throws Exception {
        Path built = Path.of("target", "tools").toAbsolutePath();
        Path h2spec = built.resolve("h2spec");
        if (!Files.isExecutable(h2spec)) {
            try {
                ProcessBuilder go =
                        new ProcessBuilder("go", "install", "github.com/summerwind/h2spec/cmd/h2spec@latest");
                go.environment().put("GOBIN", built.toString());
                go.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
                go.start().waitFor(3, TimeUnit.MINUTES);
            } catch (IOException e) {
                Assumptions.abort("go is not here to build h2spec: " + e.getMessage());
            }
        }
        Assumptions.assumeTrue(Files.isExecutable(h2spec), "h2spec cannot be built here");
        return h2spec;
    }

    private int atLocalhost(Origin origin) {
        HttpTunnelFactory client = Settings.tunnel(origin.address(), "app");
        KitTunnel tunnel = kit.tunnel();
        tunnels.add(tunnel);
        tunnel.arrive(kit.client(client));
        HttpProtocol server = (HttpProtocol) (dev.culvert.spi.protocol.Protocol<?>) server();
        return kit.closing(server.route(HostName.parse("localhost"), tunnel, (HttpParameters) client.parameters(null)))
                .endpoint()
                .port();
    }

    private static TlsSection.Pair pair(String name) {
        return new TlsSection.Pair(
                directory.resolve(name + ".pem").toString(),
                directory.resolve(name + ".key").toString());
    }

    private static void certify(String name) throws Exception {
        if (authority == null) {
            authority = builder("CN=authority").setIsCertificateAuthority(true).buildSelfSigned();
        }
        X509Bundle bundle = builder("CN=" + name)
                .addSanDnsName(name)
                .addExtendedKeyUsageServerAuth()
                .buildIssuedBy(authority);
        Files.writeString(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM());
        Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM());
    }

    private static CertificateBuilder builder(String subject) {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject(subject)
                .notBefore(now.minusSeconds(86_400))
                .notAfter(now.plusSeconds(86_400));
    }

    private static HttpClient client(HttpClient.Version version) throws Exception {
        return HttpClient.newBuilder().version(version).sslContext(context()).build();
    }

    private static SSLContext context() throws Exception {
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        known.setCertificateEntry("authority", authority.getCertificate());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        return context;
    }

    private static SSLSocket shake(int port, String sni) throws Exception {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(20_000);
        SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(sni == null ? List.of() : List.of(new SNIHostName(sni)));
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    private static X509Certificate certificate(int port, String sni) throws Exception {
        try (SSLSocket socket = shake(port, sni)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static String names(int port, String sni) throws Exception {
        return certificate(port, sni).getSubjectX500Principal().getName();
    }
}
