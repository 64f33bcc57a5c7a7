package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A port on the way to a server, where a network does what networks do. */
final class Gate implements AutoCloseable {

    private static final String PORTAL = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\n"
            + "Content-Type: text/html\r\nConnection: close\r\n\r\n<html><body>Please log in.</body></html>";

    /** What becomes of a connection. */
    enum Way {
        /** It is accepted, and nothing ever comes back. */
        SILENT,
        /** A captive portal answers. */
        PORTAL,
        /** It leads to the server. */
        OPEN
    }

    private final ServerSocket listener;
    private final AtomicInteger seen = new AtomicInteger();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private volatile Way way;
    private volatile InetSocketAddress server;

    private Gate(ServerSocket listener, Way way, InetSocketAddress server) {
        this.listener = listener;
        this.way = way;
        this.server = server;
    }

    static Gate of(Way way, InetSocketAddress server) throws IOException {
        Gate gate = new Gate(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), way, server);
        daemon(gate::serve);
        return gate;
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** How many connections have come. */
    int seen() {
        return seen.get();
    }

    /** From now on, for what is there and for what comes. */
    void become(Way next, InetSocketAddress target) {
        server = target;
        way = next;
        reset();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        reset();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                seen.incrementAndGet();
                switch (way) {
                    case SILENT -> {}
                    case PORTAL -> daemon(() -> answer(client));
                    case OPEN -> join(client);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void answer(Socket client) {
        try (client) {
            client.getOutputStream().write(PORTAL.getBytes(US_ASCII));
            client.shutdownOutput();
            client.getInputStream().readAllBytes();
        } catch (IOException e) {
            // the client has seen enough
        }
    }

    private void join(Socket client) throws IOException {
        Socket onward;
        try {
            onward = new Socket(server.getAddress(), server.getPort());
        } catch (IOException e) {
            client.close(); // nobody is there at the moment
            return;
        }
        sockets.add(onward);
        daemon(() -> copy(client, onward));
        daemon(() -> copy(onward, client));
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // reset
        }
    }

    private void reset() {
        for (Socket next = sockets.poll(); next != null; next = sockets.poll()) {
            try (Socket socket = next) {
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // it has been closed already
            }
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "gate");
        thread.setDaemon(true);
        thread.start();
    }
}
