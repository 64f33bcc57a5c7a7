package dev.culvert.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;

/** A real DNS server, dnsmasq, that knows a few names and asks nobody else. */
final class DnsServer implements AutoCloseable {

    static final Path DNSMASQ = Path.of("/usr/sbin/dnsmasq");

    private final Process process;
    private final int port;

    private DnsServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static DnsServer start() throws IOException {
        int port = Ports.free();
        Process process = new ProcessBuilder(
                        DNSMASQ.toString(),
                        "--keep-in-foreground",
                        "--conf-file=/dev/null",
                        "--pid-file=",
                        "--user=",
                        "--no-resolv",
                        "--no-hosts",
                        "--listen-address=127.0.0.1",
                        "--bind-interfaces",
                        "--port=" + port,
                        "--dns-forward-max=10000",
                        "--address=/example.com/192.0.2.1",
                        "--address=/example.org/2001:db8::1",
                        "--mx-host=example.com,mail.example.com")
                .inheritIO()
                .start();
        DnsServer server = new DnsServer(process, port);
        await().atMost(Culvert.PATIENCE).until(server::listens);
        return server;
    }

    int port() {
        return port;
    }

    // It takes queries by TCP, too, from the same moment on.
    private boolean listens() {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
