package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service behind a client is what it is without one. */
class TunnelTest {

    private static final int MEBI = 1024 * 1024;

    @TempDir
    private Path directory;

    @Test
    void theFilesOfTheDistributionCarryCurlWithATokenMadeForThem() throws Exception {
        String issued = Culvert.run(directory, "token", "new", "laptop").out();
        String token = issued.lines()
                .filter(line -> line.startsWith("token: "))
                .findFirst()
                .orElseThrow()
                .substring(7);
        String section = issued.substring(issued.indexOf("\n[[auth"), issued.indexOf("# Into the client's file"));
        Path config = Files.createDirectory(directory.resolve("config"));
        String shipped = Files.readString(Culvert.home().resolve("config/server.toml"));
        String server = shipped.replace("bind = \":4444\"", "bind = \"127.0.0.1:0\"")
                        .replaceFirst("(?m)^\\[\\[auth]]\\R(type = \"token\")?", "")
                + "\n" + section;
        Files.writeString(config.resolve("server.toml"), server);
        Files.copy(Culvert.home().resolve("config/client.toml"), config.resolve("client.toml"));
        try (Service web = Service.start((connection, in, out) ->
                        out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
                                .getBytes(StandardCharsets.US_ASCII)));
                Culvert relay = Culvert.start(directory, "server", "config/server.toml", "--admin", "0")) {
            String port = relay.await("^clients: port (\\d+)");
            String client = Files.readString(config.resolve("client.toml"))
                    .replace("127.0.0.1:3000", "127.0.0.1:" + web.port())
                    .replace("port = 8080", "port = 0")
                    .replaceFirst(
                            "(?m)^transport = .*",
                            "transport = { type = \"tls\", pin = \"" + relay.await("^pin: (\\S+)") + "\" }");
            Files.writeString(config.resolve("client.toml"), client);
            try (Culvert home = Culvert.start(
                    Culvert.home(),
                    directory,
                    Map.of("CULVERT_TOKEN", token, "CULVERT_SERVER", "127.0.0.1:" + port),
                    "client",
                    "config/client.toml")) {
                int endpoint = Pair.endpoint(home, "web");

                Process curl =
                        new ProcessBuilder("curl", "-s", "-m", "20", "http://127.0.0.1:" + endpoint + "/").start();

                assertThat(new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("hi");
            }
        }
    }

    @Test
    void whoEndsFirstStillGetsTheWholeAnswer() throws Exception {
        byte[] bytes = Visitor.random(1, 3 * MEBI);
        try (Service service = Service.echoAfterEnd();
                Pair pair = Pair.start(directory)) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", service.port(), 0)), "t");

            assertThat(Arrays.equals(Visitor.sendAndReadToEnd(port, bytes), bytes))
                    .isTrue();
        }
    }

    @Test
    void aGigabyteArrivesAsItWasSent() throws Exception {
        byte[] block = Visitor.random(2, MEBI);
        MessageDigest digest = Visitor.sha256();
        for (int i = 0; i < 1024; i++) {
            digest.update(block);
        }
        try (Service service = Service.start((connection, in, out) -> {
                    for (int i = 0; i < 1024; i++) {
                        out.write(block);
                    }
                });
                Pair pair = Pair.start(directory)) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", service.port(), 0)), "t");
            try (Socket visitor = Visitor.connect(port)) {

                assertThat(Visitor.sha256(visitor.getInputStream()))
                        .isEqualTo(HexFormat.of().formatHex(digest.digest()));
            }
        }
    }

    @Test
    void aThousandVisitorsAtOnceAreAllServed() throws Exception {
        int visitors = 1_000;
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            int port = Pair.endpoint(pair.client(Pair.tunnel("t", service.port(), 0)), "t");
            List<Socket> open = new ArrayList<>();
            List<Future<Socket>> connecting = new ArrayList<>();
            for (int i = 0; i < visitors; i++) {
                int number = i;
                connecting.add(threads.submit((Callable<Socket>) () -> {
                    Socket socket = Visitor.connect(port);
                    socket.getOutputStream().write(Visitor.random(number, 100));
                    return socket;
                }));
            }
            for (Future<Socket> visitor : connecting) {
                open.add(visitor.get());
            }
            for (int i = 0; i < visitors; i++) {
                Socket visitor = open.get(i);
                assertThat(visitor.getInputStream().readNBytes(100))
                        .as("visitor %d", i)
                        .isEqualTo(Visitor.random(i, 100));
            }
            for (Socket visitor : open) {
                visitor.close();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
