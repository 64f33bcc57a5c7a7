package dev.culvert.plugin.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.proxy.ProxyVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.function.Consumer;

/** Visitors as the world sends them: plain sockets, whose reads time out after five seconds. */
final class Visits {

    /** Where nothing listens. */
    static final HostPort NOWHERE = new HostPort("127.0.0.1", 1);

    private Visits() {}

    /** A section of a service that listens. */
    static TcpTunnelFactory client(
            ServiceAddress local,
            Integer port,
            String bind,
            WhenAbsent whenAbsent,
            Duration waitTimeout,
            Integer maxWaiting,
            Duration halfCloseTimeout,
            Duration connectTimeout,
            ProxyVersion proxyProtocol) {
        return new TcpTunnelFactory(
                local == null ? null : new ListeningService(local),
                port,
                bind,
                whenAbsent,
                waitTimeout,
                maxWaiting,
                halfCloseTimeout,
                connectTimeout,
                proxyProtocol,
                null,
                null,
                null,
                null);
    }

    static TcpTunnelFactory tunnel(HostPort local) {
        return tunnel(local, 0);
    }

    static TcpTunnelFactory tunnel(HostPort local, int port) {
        return client(local, port, null, null, null, null, null, null, null);
    }

    static TcpTunnelFactory waiting(HostPort local, Duration timeout, Integer most) {
        return client(local, 0, null, WhenAbsent.WAIT, timeout, most, null, null, null);
    }

    static TcpProtocolFactory defaults() {
        return new TcpProtocolFactory(null, null, null, null, null, null, null);
    }

    static Socket visit(Endpoint endpoint) throws IOException {
        return connect(endpoint.orHost("127.0.0.1").host(), endpoint.port());
    }

    static Socket connect(String host, int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(5_000);
        try {
            socket.connect(new InetSocketAddress(host, port), 5_000);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /** Sends, ends, and reads to the end. A clean end without an answer is the fault that this protocol must not have. */
    static String ask(Socket visitor, String question) throws IOException {
        visitor.getOutputStream().write(question.getBytes(UTF_8));
        visitor.shutdownOutput();
        String answer = new String(visitor.getInputStream().readAllBytes(), UTF_8);
        if (answer.isEmpty()) {
            throw new AssertionError("a clean end without an answer");
        }
        return answer;
    }

    /** Sends and reads back as much, and leaves the connection open. */
    static String say(Socket visitor, String words) throws IOException {
        visitor.getOutputStream().write(words.getBytes(UTF_8));
        return new String(visitor.getInputStream().readNBytes(words.length()), UTF_8);
    }

    /** The reset may come before the visitor knows that it is connected. */
    static void assertVisitReset(Endpoint endpoint) throws IOException {
        Socket visitor;
        try {
            visitor = visit(endpoint);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("Connection reset");
            return;
        }
        assertReset(visitor);
    }

    static void assertReset(Socket visitor) throws IOException {
        try (visitor) {
            assertThatThrownBy(() -> visitor.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("Connection reset");
        }
    }

    static Consumer<Throwable> is(ErrorCode code) {
        return failure -> assertThat(((CulvertException) failure).code()).isEqualTo(code);
    }
}
