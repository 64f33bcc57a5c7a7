package dev.culvert.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Stands between a client and its server, gives the client an address of its own, and says how long a login took: from
 * connecting to the server's word that the client is in. For the transport that can be read.
 */
final class LoginClock implements AutoCloseable {

    private static final String IN = "\"auth_ok\"";

    private final BlockingQueue<Duration> logins = new LinkedBlockingQueue<>();
    private final Service service;
    private final String source;
    private final int target;
    private volatile Socket latest = new Socket();

    LoginClock(String source, int target) {
        this.source = source;
        this.target = target;
        service = Service.start(this::carry);
    }

    int port() {
        return service.port();
    }

    /** The next login. */
    Duration next() throws InterruptedException {
        Duration login = logins.poll(Culvert.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (login == null) {
            throw new AssertionError("no login within " + Culvert.PATIENCE);
        }
        return login;
    }

    /** Ends the connection, so that the client logs in again. */
    void cut() throws IOException {
        latest.close();
    }

    private void carry(Socket near, InputStream in, OutputStream out) throws IOException {
        long start = System.nanoTime();
        try (Socket far = new Socket()) {
            far.bind(new InetSocketAddress(source, 0));
            far.connect(new InetSocketAddress("127.0.0.1", target));
            latest = far;
            Thread there = new Thread(() -> copy(in, far), "login clock");
            there.setDaemon(true);
            there.start();
            watch(start, far.getInputStream(), out);
        }
    }

    private void watch(long start, InputStream in, OutputStream out) throws IOException {
        StringBuilder heard = new StringBuilder();
        byte[] buffer = new byte[8192];
        boolean isIn = false;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (!isIn) {
                heard.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                isIn = heard.indexOf(IN) >= 0;
                if (isIn) {
                    logins.add(Duration.ofNanos(System.nanoTime() - start));
                }
            }
            out.write(buffer, 0, n);
        }
    }

    private static void copy(InputStream in, Socket to) {
        try {
            in.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // Cut, or ended by either side.
        }
    }

    @Override
    public void close() {
        service.close();
    }
}
