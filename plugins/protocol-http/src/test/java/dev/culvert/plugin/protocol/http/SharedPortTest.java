package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.auth.EndPointBinding;
import dev.culvert.spi.protocol.SessionPort;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections of clients on the port of visitors. */
final class SharedPortTest extends HttpTest {

    private static final String REQUEST = "GET /tunnel HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    @TempDir
    private Path directory;

    private final BlockingQueue<PrivateConnection> taken = new LinkedBlockingQueue<>();
    private X509Bundle certificate;

    @BeforeEach
    void certify() throws Exception {
        certificate = new CertificateBuilder()
                .subject("CN=front")
                .addSanDnsName("example.com")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(directory.resolve("cert.pem"), certificate.getCertificatePathPEM());
        Files.writeString(directory.resolve("key.pem"), certificate.getPrivateKeyPEM());
    }

    @Override
    HttpProtocolFactory settings() {
        TlsSection tls = new TlsSection(
                new HostPort("127.0.0.1", 0),
                List.of(new TlsSection.Pair(
                        directory.resolve("cert.pem").toString(),
                        directory.resolve("key.pem").toString())));
        return new ServerSection().tls(tls).read();
    }

    @Test
    void aConnectionIsHandedOverAsIfNothingHadBeenReadFromIt() throws Exception {
        int port = share();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write((REQUEST + "and what follows").getBytes(ISO_8859_1));

            PrivateConnection connection = next();

            assertThat(connection.context().peer()).isEqualTo(client.getLocalSocketAddress());
            assertThat(connection.context().confidential()).isFalse();
            assertThat(connection.context().bindings()).isEmpty();
            assertThat(connection.channel().config().isAutoRead()).isFalse();
            StringBuffer read = read(connection);
            Awaitility.await().until(() -> read.toString().endsWith("and what follows"));
            assertThat(read.toString()).isEqualToIgnoringCase(REQUEST + "and what follows");
            connection.channel().close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void overTlsTheClientMayBindItsLoginToTheCertificate() throws Exception {
        share();
        int port = open(kit.closing(Origin.echo()));
        try (SSLSocket client = tls(port)) {
            OutputStream out = client.getOutputStream();
            out.write(REQUEST.getBytes(ISO_8859_1));

            PrivateConnection connection = next();

            assertThat(connection.context().confidential()).isTrue();
            assertThat(connection.context().bindings())
                    .containsOnlyKeys(EndPointBinding.NAME)
                    .containsEntry(
                            EndPointBinding.NAME,
                            EndPointBinding.of(certificate.getCertificate()).get(EndPointBinding.NAME));
            StringBuffer read = read(connection);
            Awaitility.await().until(() -> read.toString().equalsIgnoreCase(REQUEST));
            connection.channel().close();
        }
    }

    @Test
    void whatIsATunnelsOrNoWebSocketIsNotHandedOver() throws Exception {
        int port = share();
        open(origin((request, in, out, connection) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntenant".getBytes(ISO_8859_1));
            return true;
        }));
        Visitor visitor = visit(port);

        assertThat(visitor.get(HOST, "/tunnel", "Upgrade: websocket", "Connection: Upgrade")
                        .answer())
                .isEqualTo("tenant");
        assertThat(visit(port).get("example.com", "/tunnel").head().status()).isEqualTo(404);
        assertThat(visit(port)
                        .get("example.com", "/tunnel/x", "Upgrade: websocket", "Connection: Upgrade")
                        .head()
                        .status())
                .isEqualTo(404);
        assertThat(taken).isEmpty();
    }

    private int share() {
        return ((SessionPort) (Object) server()).share("/tunnel", taken::add).getPort();
    }

    private PrivateConnection next() throws InterruptedException {
        PrivateConnection connection = taken.poll(20, TimeUnit.SECONDS);
        assertThat(connection).isNotNull();
        return connection;
    }

    private static StringBuffer read(PrivateConnection connection) {
        StringBuffer read = new StringBuffer();
        connection.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                read.append(bytes.toString(ISO_8859_1));
                bytes.release();
            }
        });
        connection.channel().config().setAutoRead(true);
        return read;
    }

    private SSLSocket tls(int port) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("front", certificate.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("example.com")));
        socket.setSSLParameters(parameters);
        return socket;
    }
}
