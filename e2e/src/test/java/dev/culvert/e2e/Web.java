package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A private web service. It says which path it was asked for, for whom; what WebSockets send it sends back. It never answers
 * {@code /silent}, holds what is below {@code /held/} until it is told, and sends as many bytes as {@code /long/} says.
 */
final class Web implements AutoCloseable {

    private final Service service;
    private final AtomicInteger held = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);

    private Web(int port) {
        service = Service.start(port, this::serve);
    }

    static Web start() {
        return new Web(0);
    }

    /** The same where one has been before. */
    static Web startAt(int port) {
        return new Web(port);
    }

    int port() {
        return service.port();
    }

    /** As a client's file has it. */
    String address() {
        return "127.0.0.1:" + port();
    }

    /** How many requests it holds. */
    int held() {
        return held.get();
    }

    /** Answers those it holds. */
    void release() {
        released.countDown();
    }

    @Override
    public void close() {
        release();
        service.close();
    }

    private void serve(Socket connection, InputStream socket, OutputStream out) throws IOException {
        InputStream in = new BufferedInputStream(socket);
        try {
            while (true) {
                HttpAnswer request = HttpAnswer.read(in);
                String path = request.start().split(" ")[1];
                if ("websocket".equalsIgnoreCase(request.fields().get("upgrade"))) {
                    out.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                            .getBytes(US_ASCII));
                    in.transferTo(out);
                    return;
                }
                if (path.equals("/silent")) {
                    in.transferTo(OutputStream.nullOutputStream());
                    return;
                }
                if (path.startsWith("/held/")) {
                    held.incrementAndGet();
                    released.await();
                }
                answer(request, path, out);
            }
        } catch (EOFException e) {
            // No further request.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpAnswer request, String path, OutputStream out) throws IOException {
        byte[] body = path.startsWith("/long/")
                ? new byte[Integer.parseInt(path.substring("/long/".length()))]
                : (path + " for " + request.fields().get("x-forwarded-for")).getBytes(US_ASCII);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(US_ASCII));
        whole.write(body);
        whole.writeTo(out); // at once: the second of two writes would wait for an acknowledgement of the first
    }
}
