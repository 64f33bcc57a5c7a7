package dev.culvert.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Both ends of a UDP service as the world has them: one that answers, and visitors that ask. */
final class Datagrams implements AutoCloseable {

    private static final int ROOM = 65_536;
    private static final int BUFFER = 4 * 1024 * 1024;

    private final DatagramSocket socket;
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

    private volatile int lastPeer;

    private Datagrams(DatagramSocket socket) {
        this.socket = socket;
    }

    /** A service that sends back what it gets. */
    static Datagrams echo() throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setReceiveBufferSize(BUFFER);
        Datagrams service = new Datagrams(socket);
        Thread thread = new Thread(service::serve, "datagrams");
        thread.setDaemon(true);
        thread.start();
        return service;
    }

    /** A visitor's socket, which may send a datagram without a byte: a connected one of Java's does not. */
    static DatagramSocket visitor(String from) throws IOException {
        DatagramSocket visitor = new DatagramSocket(new InetSocketAddress(from, 0));
        visitor.setReceiveBufferSize(BUFFER);
        visitor.setSoTimeout(5_000);
        return visitor;
    }

    static String ask(int port, String question) throws IOException {
        try (DatagramSocket visitor = visitor("127.0.0.1")) {
            byte[] answer = ask(visitor, port, question.getBytes(StandardCharsets.UTF_8));
            return new String(answer, StandardCharsets.UTF_8);
        }
    }

    static byte[] ask(DatagramSocket visitor, int port, byte[] question) throws IOException {
        send(visitor, port, question);
        return receive(visitor);
    }

    static void send(DatagramSocket visitor, int port, byte[] bytes) throws IOException {
        visitor.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
    }

    static byte[] receive(DatagramSocket visitor) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[ROOM], ROOM);
        visitor.receive(packet);
        byte[] bytes = new byte[packet.getLength()];
        System.arraycopy(packet.getData(), 0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Whether nothing comes for half a second. */
    static boolean isSilent(DatagramSocket visitor) throws IOException {
        visitor.setSoTimeout(500);
        try {
            receive(visitor);
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            visitor.setSoTimeout(5_000);
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    /** From which port it was asked last. */
    int lastPeer() {
        return lastPeer;
    }

    /** From how many ports it was asked. */
    int peers() {
        return ports.size();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        byte[] room = new byte[ROOM];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(room, room.length);
                socket.receive(packet);
                ports.add(packet.getPort());
                lastPeer = packet.getPort();
                socket.send(packet);
            }
        } catch (IOException e) {
            // closed
        }
    }
}
