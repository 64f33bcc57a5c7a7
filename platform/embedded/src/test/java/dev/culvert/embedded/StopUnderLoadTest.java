package dev.culvert.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.client.TunnelClient;
import dev.culvert.server.TunnelServer;
import dev.culvert.testkit.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of http tunnels is stopped while 200 requests a second come on connections that are kept. */
final class StopUnderLoadTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CONNECTIONS = 20;
    private static final long BETWEEN_MILLIS = 100;
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    private Path directory;

    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger lastOnes = new AtomicInteger();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    @Test
    void everyRequestThatIsTakenIsAnsweredAndIdleConnectionsEndInOrder() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        int port = FreePort.any();
        try (ServerSocket service = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                TunnelServer server = Culvert.listen(server(port));
                TunnelClient client = Culvert.connect(client(server, service.getLocalPort()))) {
            threads.execute(() -> serve(service, threads));
            assertThat(client.ready().toCompletableFuture()).succeedsWithin(PATIENCE);
            try (Socket idle = new Socket("127.0.0.1", port)) {
                idle.setSoTimeout((int) PATIENCE.toMillis());
                assertThat(ask(idle)).startsWith("HTTP/1.1 200 ");
                for (int i = 0; i < CONNECTIONS; i++) {
                    threads.execute(() -> load(port));
                }
                await().atMost(PATIENCE).until(() -> answered.get() > 5 * CONNECTIONS);
                long start = System.nanoTime();

                server.stop(server.drainTimeout());

                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(server.drainTimeout());
                assertThat(idle.getInputStream().read()).as("an end, no reset").isEqualTo(-1);
            }
            threads.shutdown();
            service.close();
            assertThat(threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(wrong).isEmpty();
            assertThat(answered).hasValue(taken.get() - 1); // the idle one asked once
            assertThat(lastOnes).as("told that it was the last").hasValueGreaterThan(CONNECTIONS / 2);
        } finally {
            threads.shutdownNow();
        }
    }

    private Path server(int port) throws IOException {
        return Files.writeString(directory.resolve("server.toml"), """
                [[listen]]
                name = "main"
                bind = "127.0.0.1:0"
                transport = "plain"
                [[auth]]
                type = "token"
                token = "a token of more than sixteen bytes"
                [[protocol]]
                type = "http"
                bind = "127.0.0.1:%d"
                """.formatted(port));
    }

    private Path client(TunnelServer server, int local) throws IOException {
        return Files.writeString(directory.resolve("client.toml"), """
                server = "127.0.0.1:%d"
                transport = "plain"
                [[auth]]
                type = "token"
                token = "a token of more than sixteen bytes"
                [[tunnel]]
                type = "http"
                name = "web"
                host = "web.example.com"
                local = "127.0.0.1:%d"
                probe = false
                """.formatted(
                        server.addresses().get("main").getPort(), local));
    }

    private void serve(ServerSocket service, ExecutorService threads) {
        try {
            while (true) {
                Socket connection = service.accept();
                threads.execute(() -> answer(connection));
            }
        } catch (IOException | RuntimeException e) {
            // closed
        }
    }

    private void answer(Socket connection) {
        try (connection) {
            var lines = new BufferedReader(new InputStreamReader(connection.getInputStream(), US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    taken.incrementAndGet();
                    connection.getOutputStream().write(ANSWER.getBytes(US_ASCII));
                }
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    // A connection that ends between two requests is followed by another one, until nobody listens any more.
    private void load(int port) {
        while (true) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                String answer = ask(socket);
                while (!answer.isEmpty()) {
                    if (!answer.startsWith("HTTP/1.1 200 ") || !answer.endsWith("ok")) {
                        wrong.add(answer);
                    }
                    answered.incrementAndGet();
                    if (answer.contains("onnection: close")) {
                        lastOnes.incrementAndGet();
                        break;
                    }
                    TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
                    answer = ask(socket);
                }
            } catch (IOException | InterruptedException e) {
                return;
            }
        }
    }

    /** One answer; empty if the connection had ended. */
    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: web.example.com\r\n\r\n".getBytes(US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        return head + new String(in.readNBytes(head.indexOf(" 200 ") < 0 ? 0 : 2), US_ASCII);
    }
}
