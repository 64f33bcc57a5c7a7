package dev.culvert.plugin.protocol.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Visitors as the world sends them: plain sockets. */
final class Visits {

    private Visits() {}

    static UdpProtocolFactory defaults() {
        return new UdpProtocolFactory(null, null, null, null, null, null, null, null);
    }

    static UdpTunnelFactory tunnel(@Nullable HostPort local) {
        return tunnel(local, 0);
    }

    static UdpTunnelFactory tunnel(@Nullable HostPort local, int port) {
        return new UdpTunnelFactory(local, port, null, null, null, null, null, null);
    }

    static UdpTunnelFactory idle(HostPort local, Duration timeout) {
        return new UdpTunnelFactory(local, 0, null, timeout, null, null, null, null);
    }

    static UdpTunnelFactory limited(HostPort local, int flows, int perSource) {
        return new UdpTunnelFactory(local, 0, null, null, flows, perSource, null, null);
    }

    /** A visitor on 127.0.0.1 whose reads time out after five seconds. */
    static DatagramSocket visitor(Endpoint endpoint) throws IOException {
        return visitor(endpoint, "127.0.0.1");
    }

    static DatagramSocket visitor(Endpoint endpoint, String from) throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0));
        socket.setReceiveBufferSize(4 * 1024 * 1024);
        socket.setSoTimeout(5_000);
        socket.connect(new InetSocketAddress(from.equals("::1") ? from : "127.0.0.1", endpoint.port()));
        return socket;
    }

    static String ask(DatagramSocket visitor, String question) throws IOException {
        send(visitor, question.getBytes(UTF_8));
        return new String(receive(visitor), UTF_8);
    }

    /** Asks twice: whoever does has seen the first answer, and so has not forged its address. */
    static String askTwice(DatagramSocket visitor, String question) throws IOException {
        ask(visitor, question);
        return ask(visitor, question);
    }

    static void send(DatagramSocket visitor, byte[] bytes) throws IOException {
        if (bytes.length > 0) {
            visitor.send(new DatagramPacket(bytes, bytes.length));
            return;
        }
        SocketAddress endpoint = visitor.getRemoteSocketAddress();
        visitor.disconnect(); // connected, Java sends nothing
        visitor.send(new DatagramPacket(bytes, 0, endpoint));
        visitor.connect(endpoint);
    }

    static byte[] receive(DatagramSocket visitor) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        visitor.receive(packet);
        byte[] bytes = new byte[packet.getLength()];
        System.arraycopy(packet.getData(), 0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Nothing comes for a while. */
    static void assertSilent(DatagramSocket visitor) throws IOException {
        visitor.setSoTimeout(250);
        assertThatThrownBy(() -> receive(visitor)).isInstanceOf(SocketTimeoutException.class);
        visitor.setSoTimeout(5_000);
    }
}
