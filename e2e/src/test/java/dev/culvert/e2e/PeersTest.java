package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Other people's yamux at the other end of the raw dialect, in both roles. */
@Tag("slow")
class PeersTest {

    private static final Map<String, List<String>> peers = new LinkedHashMap<>();

    private static final int STREAMS = 10_000;
    private static final int AT_ONCE = 256;
    private static final int RESETS = 8;

    @TempDir
    private Path directory;

    @BeforeAll
    static void buildThosePresent() throws Exception {
        Path script = Path.of(System.getProperty("culvert.repository"), "e2e/peers/build.sh");
        Process build = new ProcessBuilder(script.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(build.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split("\t", 2);
                peers.put(parts[0], List.of(parts[1].split(" ")));
            }
        }
        assertThat(build.waitFor())
                .as("every toolchain that is present builds its peer")
                .isZero();
    }

    // Go's library has no reset: it sends one by itself when a stream that was closed does not end in time.
    @ParameterizedTest
    @CsvSource({
        "go, echo, 50, 8, 100000",
        "go, half-close, 8, 4, 3000000",
        "go, go-away, 4, 4, 100000",
        "go, ping, 1, 1, 20000000",
        "go, many, 10000, 256, 100",
        "go, bulk, 1, 1, 1073741824",
        "rust, echo, 50, 8, 100000",
        "rust, half-close, 8, 4, 3000000",
        "rust, reset, 4, 1, 1048576",
        "rust, go-away, 4, 4, 100000",
        "rust, many, 10000, 256, 100",
        "rust, bulk, 1, 1, 1073741824",
        "js, echo, 50, 8, 100000",
        "js, half-close, 8, 4, 3000000",
        "js, reset, 4, 1, 1048576",
        "js, go-away, 4, 4, 100000",
        "js, ping, 1, 1, 20000000",
        "js, many, 10000, 256, 100",
        "js, bulk, 1, 1, 1073741824",
    })
    void aForeignServerIsServedByOurClient(String language, String scenario, int streams, int parallel, long bytes)
            throws Exception {
        assumeTrue(peers.containsKey(language), () -> "no toolchain for " + language);
        List<String> arguments = List.of(
                "server",
                "--control",
                "127.0.0.1:0",
                "--scenario",
                scenario,
                "--streams",
                String.valueOf(streams),
                "--parallel",
                String.valueOf(parallel),
                "--bytes",
                String.valueOf(bytes),
                "--timeout",
                "300");
        try (Service echo = Service.echo();
                Peer peer = Peer.start(peers.get(language), arguments)) {
            String port = peer.await("listening ").substring("listening ".length());
            try (Culvert client = Culvert.start(
                    directory, "client", "--control-port", port, "--local", String.valueOf(echo.port()))) {

                assertThat(peer.last()).as("%s", client).matches("(PASS|SKIP) .*");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"go", "rust", "js"})
    void aForeignClientServesOurServer(String language) throws Exception {
        assumeTrue(peers.containsKey(language), () -> "no toolchain for " + language);
        try (Service echo = Service.echo();
                Culvert server = relay();
                Peer peer = client(server, language, "--local", "127.0.0.1:" + echo.port(), "--ping")) {
            int port = publicPort(server);

            byte[] bytes = Visitor.random(7, 3_000_000);
            assertThat(Arrays.equals(echoed(port, bytes), bytes))
                    .as("an end of either direction")
                    .isTrue();
            visitInParallel(port);
            aGigabyteThereAndBack(port);

            server.terminate();
            String pings = peer.last();
            assertThat(peer.exitCode()).as("it was told goodbye").isZero();
            if (language.equals("rust")) {
                assertThat(pings).as("the library has no ping to call").isEqualTo("pings 0");
            } else {
                assertThat(pings).as("answered beside all that").matches("pings [1-9]\\d*");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"go", "rust", "js"})
    void aForeignClientAndOurServerPassResetsOn(String language) throws Exception {
        assumeTrue(peers.containsKey(language), () -> "no toolchain for " + language);
        CountDownLatch broken = new CountDownLatch(RESETS);
        try (Service service = Service.start((connection, in, out) -> {
                    int wish = in.read();
                    out.write(wish);
                    if (wish == 'r') {
                        connection.setSoLinger(true, 0);
                        return;
                    }
                    try {
                        while (true) {
                            out.write(new byte[16 * 1024]);
                        }
                    } catch (IOException e) {
                        broken.countDown();
                    }
                });
                Culvert server = relay();
                Peer peer = client(server, language, "--local", "127.0.0.1:" + service.port())) {
            int port = publicPort(server);
            for (int i = 0; i < RESETS; i++) {
                try (Socket visitor = Visitor.connect(port)) {
                    assertThat(Visitor.echo(visitor, "w")).isEqualTo("w");
                    visitor.setSoLinger(true, 0);
                }
            }
            assertThat(broken.await(Culvert.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("the service hears of every visitor that breaks off")
                    .isTrue();

            // Go's library has no reset to send: what its service breaks off is a FIN.
            if (!language.equals("go")) {
                for (int i = 0; i < RESETS; i++) {
                    try (Socket visitor = Visitor.connect(port)) {
                        visitor.getOutputStream().write('r');
                        String fate = Visitor.fate(visitor);
                        assertThat(fate.equals("data") ? Visitor.fate(visitor) : fate)
                                .isEqualTo(Visitor.RESET);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"go", "rust", "js"})
    void aForeignClientThatSaysGoAwayGetsNoMoreStreams(String language) throws Exception {
        assumeTrue(peers.containsKey(language), () -> "no toolchain for " + language);
        int last = 4;
        try (Culvert server = relay();
                Peer peer = client(server, language, "--echo", "--go-away-after", String.valueOf(last))) {
            int port = publicPort(server);
            byte[] bytes = Visitor.random(8, 100_000);

            for (int i = 0; i < last; i++) {
                assertThat(Arrays.equals(echoed(port, bytes), bytes))
                        .as("stream %d", i)
                        .isTrue();
            }

            Awaitility.await("nobody is there any more")
                    .atMost(Culvert.PATIENCE)
                    .until(() -> !Visitor.isServed(port));
            server.terminate();
            assertThat(peer.exitCode()).isZero();
        }
    }

    private Culvert relay() {
        return Culvert.start(directory, "server", "--control-port", "0", "--public-port", "0", "--admin", "0");
    }

    private static int publicPort(Culvert server) {
        return Integer.parseInt(server.await("tunnel=public endpoint=tcp://:(\\d+)"));
    }

    private static Peer client(Culvert server, String language, String... options) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("client", "--connect", "127.0.0.1:" + server.await("^clients: port (\\d+)")));
        arguments.addAll(List.of(options));
        Peer peer = Peer.start(peers.get(language), arguments);
        peer.await("ready");
        server.await("session active");
        return peer;
    }

    /** Ten thousand in all, of which {@link #AT_ONCE} are open. */
    private static void visitInParallel(int port) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            byte[] bytes = Visitor.random(i, 200);
            all.add(threads.submit((Callable<Void>) () -> {
                assertThat(Visitor.sendAndReadToEnd(port, bytes)).isEqualTo(bytes);
                return null;
            }));
        }
        for (Future<Void> one : all) {
            one.get();
        }
        threads.shutdown();
    }

    private static void aGigabyteThereAndBack(int port) throws Exception {
        byte[] block = Visitor.random(9, 1024 * 1024);
        MessageDigest sent = Visitor.sha256();
        try (Socket visitor = Visitor.connect(port)) {
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 0; i < 1024; i++) {
                        visitor.getOutputStream().write(block);
                        sent.update(block);
                    }
                    visitor.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            String received = Visitor.sha256(visitor.getInputStream());
            writer.join();
            assertThat(received).isEqualTo(HexFormat.of().formatHex(sent.digest()));
        }
    }

    private static byte[] echoed(int port, byte[] bytes) throws IOException, InterruptedException {
        try (var socket = Visitor.connect(port)) {
            Thread writer = new Thread(() -> {
                try {
                    socket.getOutputStream().write(bytes);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            byte[] back = socket.getInputStream().readAllBytes();
            writer.join();
            return back;
        }
    }
}
