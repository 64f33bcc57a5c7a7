package dev.culvert.plugin.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.culvert.spi.HostPort;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A service as simple as services are: it keeps every head it got, and answers as the test says. */
final class Origin implements AutoCloseable {

    /** What is done with a request whose head has been read; false ends the connection. */
    interface Handler {
        boolean handle(Message request, InputStream in, OutputStream out, Socket connection) throws IOException;
    }

    /** What is spoken on a connection below HTTP. */
    interface Spoken {
        Socket on(Socket connection) throws IOException;
    }

    private final ServerSocket listener;
    private final Spoken spoken;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Message> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    private Origin(Spoken spoken, Handler handler) throws IOException {
        this.spoken = spoken;
        this.listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        this.handler = handler;
    }

    static Origin start(Handler handler) throws IOException {
        return start(connection -> connection, handler);
    }

    static Origin start(Spoken spoken, Handler handler) throws IOException {
        Origin origin = new Origin(spoken, handler);
        daemon(origin::accept);
        return origin;
    }

    /** Answers every request with its own body, or "hello" if it has none. */
    static Origin echo() throws IOException {
        return start((request, in, out, connection) -> {
            byte[] body = request.body(in);
            say(out, 200, "", body.length == 0 ? "hello".getBytes(ISO_8859_1) : body);
            return true;
        });
    }

    static void say(OutputStream out, int status, String fields, byte[] body) throws IOException {
        out.write(("HTTP/1.1 " + status + " So\r\nContent-Length: " + body.length + "\r\n" + fields + "\r\n")
                .getBytes(ISO_8859_1));
        out.write(body);
        out.flush();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", listener.getLocalPort());
    }

    List<Message> requests() {
        return List.copyOf(requests);
    }

    Message last() {
        return requests.get(requests.size() - 1);
    }

    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                connection.setTcpNoDelay(true);
                connections.incrementAndGet();
                open.add(connection);
                daemon(() -> serve(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            Socket inside = spoken.on(connection);
            InputStream in = new BufferedInputStream(inside.getInputStream());
            OutputStream out = inside.getOutputStream();
            boolean goesOn = true;
            while (goesOn) {
                Message request = Message.read(in);
                requests.add(request);
                goesOn = handler.handle(request, in, out, connection);
            }
            inside.close();
        } catch (IOException e) {
            // What the visitor sees is what the test looks at.
        } finally {
            open.remove(connection);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : open) {
            connection.close();
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "origin");
        thread.setDaemon(true);
        thread.start();
    }
}
