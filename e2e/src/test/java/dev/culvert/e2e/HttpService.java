package dev.culvert.e2e;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** A private HTTP service that says hello and counts. */
final class HttpService implements AutoCloseable {

    private final HttpServer server;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean ill;

    private HttpService(HttpServer server) {
        this.server = server;
    }

    static HttpService start() throws IOException {
        return start(HttpServer.create(anyPort(), 0));
    }

    /** The same inside TLS. */
    static HttpService start(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return start(server);
    }

    private static HttpService start(HttpServer server) {
        HttpService service = new HttpService(server);
        server.createContext("/", exchange -> {
            service.requests.incrementAndGet();
            byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(service.ill ? 500 : 200, hello.length);
            exchange.getResponseBody().write(hello);
            exchange.close();
        });
        server.start();
        return service;
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Whether it answers 500 from now on. */
    void setIll(boolean now) {
        ill = now;
    }

    int port() {
        return server.getAddress().getPort();
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
