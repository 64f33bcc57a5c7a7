package dev.culvert.testkit;

import dev.culvert.spi.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A private service over TCP: sends back what it is sent, and ends when its peer does. */
public final class EchoService implements AutoCloseable {

    private final ServerSocket listener;
    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();

    private EchoService(ServerSocket listener) {
        this.listener = listener;
    }

    /** Starts one on any port. */
    public static EchoService start() throws IOException {
        return start(0);
    }

    /**
     * Starts one.
     *
     * @param port where on loopback
     */
    public static EchoService start(int port) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        EchoService service = new EchoService(listener);
        daemon(service::serve);
        return service;
    }

    /** Where it is. */
    public HostPort address() {
        return new HostPort(listener.getInetAddress().getHostAddress(), listener.getLocalPort());
    }

    /** How many connections it took so far. */
    public int connections() {
        return accepted.size();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }

    private void serve() {
        try {
            while (true) {
                Socket socket = listener.accept();
                accepted.add(socket);
                daemon(() -> echo(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // the peer is gone
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "echo");
        thread.setDaemon(true);
        thread.start();
    }
}
