package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that speaks TLS itself is public by its name, and the server reads nothing of it. */
class TlsByNameTest {

    @TempDir
    private Path directory;

    @Test
    void aServiceIsReachedByItsNameAndNoOther() throws Exception {
        SSLContext context = OwnCertificate.make(directory, "db.example.com").context();
        try (Pair pair = Pair.start(directory, """
                [[protocol]]
                type = "tls"
                bind = "127.0.0.1:0"
                domain = "example.com"
                """);
                SSLServerSocket service = (SSLServerSocket)
                        context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> greetAll(service), "service");
            answering.setDaemon(true);
            answering.start();
            int port = Integer.parseInt(pair.server().await("^visitors: port (\\d+)  \\[tls\\]"));

            try (Culvert client = Culvert.start(
                    Culvert.home(),
                    directory,
                    Map.of("CULVERT_TOKEN", Pair.TOKEN),
                    "tls",
                    String.valueOf(service.getLocalPort()),
                    "--host",
                    "db",
                    "--server",
                    "127.0.0.1:" + pair.controlPort(),
                    "--transport",
                    "plain")) {
                client.await("^tls://db\\.example\\.com:" + port + " -> localhost:" + service.getLocalPort()
                        + "  \\[tls-" + service.getLocalPort() + "\\]$");

                assertThat(greeting(context, port, "db.example.com")).isEqualTo("hello");
                assertThatThrownBy(() -> greeting(context, port, "other.example.com"))
                        .isInstanceOf(SSLHandshakeException.class)
                        .hasMessageContaining("unrecognized_name");
                pair.server().await("connections end tunnel=tls-" + service.getLocalPort() + " .*how=\"closed\"");
            }
        }
    }

    private static void greetAll(SSLServerSocket service) {
        while (!service.isClosed()) {
            try (SSLSocket visitor = (SSLSocket) service.accept()) {
                visitor.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // That visitor's affair.
            }
        }
    }

    private static String greeting(SSLContext context, int port, String host) throws IOException {
        try (SSLSocket visitor =
                (SSLSocket) context.getSocketFactory().createSocket(Visitor.connect(port), host, port, true)) {
            SSLParameters parameters = visitor.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            visitor.setSSLParameters(parameters);
            return new String(visitor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
