package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.HostPort;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A private service over UDP: sends back what it is sent. */
final class EchoDatagrams implements AutoCloseable {

    private final DatagramSocket socket;
    private final Set<SocketAddress> peers = ConcurrentHashMap.newKeySet();
    private final AtomicLong received = new AtomicLong();
    private final int copies;

    private EchoDatagrams(DatagramSocket socket, int copies) {
        this.socket = socket;
        this.copies = copies;
    }

    static EchoDatagrams start() throws IOException {
        return start(1);
    }

    /** Answers with that many copies; 0 for a service that only listens. */
    static EchoDatagrams start(int copies) throws IOException {
        return start(0, copies);
    }

    static EchoDatagrams start(int port, int copies) throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setReceiveBufferSize(4 * 1024 * 1024);
        EchoDatagrams service = new EchoDatagrams(socket, copies);
        Thread thread = new Thread(service::serve, "echo");
        thread.setDaemon(true);
        thread.start();
        return service;
    }

    HostPort address() {
        return new HostPort("127.0.0.1", socket.getLocalPort());
    }

    /** From how many addresses datagrams came. */
    int peers() {
        return peers.size();
    }

    /** Whoever has sent something. */
    Set<SocketAddress> addresses() {
        return Set.copyOf(peers);
    }

    long received() {
        return received.get();
    }

    DatagramSocket socket() {
        return socket;
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        byte[] room = new byte[65_536];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(room, room.length);
                socket.receive(packet);
                received.incrementAndGet();
                peers.add(packet.getSocketAddress());
                for (int i = 0; i < copies; i++) {
                    socket.send(packet);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }
}
