package dev.culvert.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** The network between a client and a server, which can be cut: neither end gets a goodbye. */
final class CutWire implements AutoCloseable {

    private final ServerSocket listener;
    private final InetSocketAddress server;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private volatile boolean cut;
    private volatile CountDownLatch flowing = new CountDownLatch(0);

    private CutWire(ServerSocket listener, InetSocketAddress server) {
        this.listener = listener;
        this.server = server;
    }

    static CutWire to(InetSocketAddress server) throws IOException {
        CutWire wire = new CutWire(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server);
        daemon(wire::serve);
        return wire;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Breaks what is open, and lets nothing new through. */
    void cut() {
        cut = true;
        reset();
    }

    void mend() {
        cut = false;
    }

    /** Carries no more of what is open, which neither end is told. */
    void stall() {
        flowing = new CountDownLatch(1);
    }

    /** Goes on with what is open. */
    void resume() {
        flowing.countDown();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        flowing.countDown();
        reset();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                if (cut) {
                    reset();
                } else {
                    join(client);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void join(Socket client) throws IOException {
        Socket onward = new Socket(server.getAddress(), server.getPort());
        sockets.add(onward);
        daemon(() -> copy(client, onward));
        daemon(() -> copy(onward, client));
    }

    private void copy(Socket from, Socket to) {
        byte[] bytes = new byte[8192];
        try {
            for (int count = from.getInputStream().read(bytes);
                    count >= 0;
                    count = from.getInputStream().read(bytes)) {
                flowing.await();
                to.getOutputStream().write(bytes, 0, count);
            }
            to.shutdownOutput();
        } catch (IOException | InterruptedException e) {
            // cut
        }
    }

    private void reset() {
        for (Socket socket = sockets.poll(); socket != null; socket = sockets.poll()) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "wire");
        thread.setDaemon(true);
        thread.start();
    }
}
