package dev.culvert.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A wire between a client and its server that a test can cut. */
final class Relay implements AutoCloseable {

    private final Service service;
    private final int target;
    private final OutputStream tap;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean blocked;

    Relay(int target) {
        this(target, OutputStream.nullOutputStream());
    }

    /** What the clients say goes into the tap as well. */
    Relay(int target, OutputStream tap) {
        this.target = target;
        this.tap = tap;
        service = Service.start(this::carry);
    }

    int port() {
        return service.port();
    }

    /** Resets every connection, and each that comes, until it is {@link #restore restored}. */
    void block() {
        blocked = true;
        cut();
    }

    void restore() {
        blocked = false;
    }

    /** Resets every connection, on both sides. */
    void cut() {
        List<Socket> all;
        synchronized (sockets) {
            all = List.copyOf(sockets);
            sockets.clear();
        }
        for (Socket socket : all) {
            try (socket) {
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // Its other half was faster to see that the first one is gone.
            }
        }
    }

    private void carry(Socket near, InputStream in, OutputStream out) throws IOException {
        if (blocked) {
            near.setSoLinger(true, 0);
            return;
        }
        Socket far = Visitor.connect(target);
        far.setSoTimeout(0);
        synchronized (sockets) {
            sockets.add(near);
            sockets.add(far);
        }
        Thread back = new Thread(() -> copy(far, near, OutputStream.nullOutputStream()), "relay");
        back.setDaemon(true);
        back.start();
        copy(near, far, tap);
    }

    private static void copy(Socket from, Socket to, OutputStream tap) {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                tap.write(buffer, 0, n);
                to.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            // Cut, or ended by either side.
        }
    }

    @Override
    public void close() {
        service.close();
    }
}
