package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;

/** A UDP service that answers with its name, and its visitors. */
final class NamedDatagrams implements AutoCloseable {

    private final DatagramSocket socket;
    private final int port;
    private final String name;

    NamedDatagrams(String name, int port) throws IOException {
        this.name = name;
        socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", port));
        this.port = socket.getLocalPort();
        Thread thread = new Thread(this::run);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return port;
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    static DatagramSocket visitor(String source, int port) throws IOException {
        DatagramSocket visitor = new DatagramSocket(new InetSocketAddress(source, 0));
        visitor.connect(new InetSocketAddress("127.0.0.1", port));
        return visitor;
    }

    /** Who answers. */
    static String ask(DatagramSocket visitor) throws IOException {
        return ask(visitor, 20_000);
    }

    /** Whether it was answered soon. */
    static boolean attempt(DatagramSocket visitor) throws IOException {
        try {
            ask(visitor, 200);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private static String ask(DatagramSocket visitor, int patienceMillis) throws IOException {
        visitor.setSoTimeout(patienceMillis);
        visitor.send(new DatagramPacket(new byte[] {'?'}, 1));
        return answer(visitor);
    }

    static String answer(DatagramSocket visitor) throws IOException {
        DatagramPacket answer = new DatagramPacket(new byte[64], 64);
        visitor.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), UTF_8);
    }

    private void run() {
        DatagramPacket packet = new DatagramPacket(new byte[64], 64);
        byte[] answer = name.getBytes(UTF_8);
        try {
            while (true) {
                socket.receive(packet);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
