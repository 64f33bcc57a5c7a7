package dev.culvert.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A private service on loopback: one thread a connection, as simple as services are. */
final class Service implements AutoCloseable {

    private static final Set<Socket> BOUND = ConcurrentHashMap.newKeySet();

    private final ServerSocket listener;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Service(ServerSocket listener, Handler handler) {
        this.listener = listener;
        this.handler = handler;
    }

    /** What is done with a connection; it is closed afterwards. */
    interface Handler {
        void handle(Socket connection, InputStream in, OutputStream out) throws IOException;
    }

    static Service start(Handler handler) {
        return start(0, handler);
    }

    static Service start(int port, Handler handler) {
        return start("127.0.0.1", port, handler);
    }

    static Service start(String address, int port, Handler handler) {
        try {
            Service service = new Service(new ServerSocket(port, 2048, InetAddress.getByName(address)), handler);
            Thread thread = new Thread(service::accept);
            thread.setDaemon(true);
            thread.start();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends back what arrives until it ends, then ends. */
    static Service echo() {
        return start((connection, in, out) -> {
            in.transferTo(out);
            connection.shutdownOutput();
        });
    }

    /** Sends back what arrived, after all of it has. */
    static Service echoAfterEnd() {
        return start((connection, in, out) -> {
            out.write(in.readAllBytes());
            connection.shutdownOutput();
        });
    }

    /** Says its name and ends. */
    static Service saying(String name) {
        return start((connection, in, out) -> out.write(name.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * A port where nothing listens, and nobody else can: it is bound for as long as the tests run, since a port that
     * was let go may be the next one that the system gives to another socket. A service of the test may still start there.
     */
    static int nowhere() {
        try {
            Socket bound = new Socket();
            bound.setReuseAddress(true);
            bound.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            BOUND.add(bound);
            return bound.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Takes no further connections; those that are open go on. */
    void refuse() throws IOException {
        listener.close();
    }

    int connections() {
        return open.size();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                open.add(connection);
                Thread thread = new Thread(() -> serve(connection), "service");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            handler.handle(connection, connection.getInputStream(), connection.getOutputStream());
        } catch (IOException e) {
            // What the other end did is what the test looks at.
        } finally {
            open.remove(connection);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket connection : open) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
