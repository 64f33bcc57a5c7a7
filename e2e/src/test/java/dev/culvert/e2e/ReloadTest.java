package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that changes is taken over while traffic runs, or refused while traffic runs. */
@Tag("slow")
class ReloadTest {

    private static final int BLOCK = 64 * 1024;
    private static final int BLOCKS = 16 * (Boolean.getBoolean("culvert.soak") ? 1024 : 64); // 1 GiB, or 64 MiB
    private static final int SWAPS = 50;

    @TempDir
    private Path directory;

    @Test
    void aReloadAddsChangesAndRemovesWhileADownloadGoesOn() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        byte[] block = Visitor.random(1, BLOCK);
        try (Service big = Service.start((connection, in, out) -> {
                    for (int i = 0; i < BLOCKS; i++) {
                        out.write(block);
                        sent.set(i);
                    }
                    connection.shutdownOutput();
                });
                Service service = Service.echo();
                Service moved = Service.saying("moved");
                Pair pair = Pair.start(directory)) {
            String download = Pair.tunnel("download", big.port(), 0, "probe = false");
            Culvert client = pair.client(
                    "metrics = \"127.0.0.1:0\"",
                    download,
                    Pair.tunnel("goes", service.port(), 0),
                    Pair.tunnel("moves", service.port(), 0));
            Administration administration = Administration.of(client);
            int goes = Pair.endpoint(client, "goes");
            int moves = Pair.endpoint(client, "moves");
            CompletableFuture<String> hash = new CompletableFuture<>();
            CountDownLatch reloaded = new CountDownLatch(1);
            int port = Pair.endpoint(client, "download");
            Thread reader = new Thread(() -> hash.complete(sha(port, reloaded)));
            reader.setDaemon(true);
            reader.start();
            await().atMost(Culvert.PATIENCE).until(() -> sent.get() > 0);

            Path file = directory.resolve("client1.toml");
            String before = Files.readString(file);
            String after = before.replace(
                            "local = \"127.0.0.1:" + service.port() + "\"",
                            "local = \"127.0.0.1:" + moved.port() + "\"")
                    .replace("name = \"goes\"", "name = \"comes\"");
            replace(file, after);

            int comes = Pair.endpoint(client, "comes");
            client.await("configuration taken over added=\\[tunnel \"comes\"\\] changed=\\[tunnel \"moves\"\\]"
                    + " removed=\\[tunnel \"goes\"\\]");
            assertThat(Visitor.read(comes)).isEqualTo("moved");
            assertThat(Visitor.read(moves)).isEqualTo("moved");
            await().atMost(Culvert.PATIENCE).until(() -> !isServed(goes));
            Path server = directory.resolve("server.toml");
            replace(server, Files.readString(server) + "[[protocol]]\ntype = \"tls\"\nbind = \"127.0.0.1:0\"\n");
            pair.server().await("configuration taken over added=\\[protocol \"tls\"\\]");
            assertThat(hash).isNotDone();
            reloaded.countDown();
            MessageDigest digest = Visitor.sha256();
            for (int i = 0; i < BLOCKS; i++) {
                digest.update(block);
            }
            assertThat(hash.get()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
            assertThat(administration.get("/api/v1/status")).contains("\"reconnects\":0");
        }
    }

    @Test
    void aBrokenFileChangesNothingHoweverOften() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            Culvert client = pair.client("metrics = \"127.0.0.1:0\"", Pair.tunnel("web", service.port(), 0));
            Administration administration = Administration.of(client);
            int port = Pair.endpoint(client, "web");
            Path file = directory.resolve("client1.toml");
            String good = Files.readString(file);
            Path serverFile = directory.resolve("server.toml");
            String goodServer = Files.readString(serverFile);
            Administration server = new Administration(pair.adminPort());
            AtomicBoolean stop = new AtomicBoolean();
            AtomicInteger served = new AtomicInteger();
            CompletableFuture<Void> load =
                    CompletableFuture.runAsync(() -> load(port, stop, served), task -> new Thread(task).start());
            try (Socket visitor = Visitor.connect(port)) {
                for (int i = 0; i < SWAPS; i++) {
                    replace(file, i % 2 == 0 ? good.replace("local", "lokal") : "[[tunnel\n");
                    var refused = administration.command("reload");
                    assertThat(refused.statusCode()).isEqualTo(422);
                    assertThat(refused.body()).contains(i % 2 == 0 ? "CLV-1003" : "CLV-1002");
                    assertThat(Visitor.echo(visitor, "still")).isEqualTo("still");
                    replace(file, good);
                    assertThat(administration.command("reload").body()).contains("\"changed\":[]");

                    replace(serverFile, i % 2 == 0 ? goodServer.replace("bind", "bnd") : "[[listen\n");
                    var refusedThere = server.command("reload");
                    assertThat(refusedThere.statusCode()).isEqualTo(422);
                    assertThat(refusedThere.body()).contains(i % 2 == 0 ? "CLV-1003" : "CLV-1002");
                    assertThat(Visitor.echo(visitor, "still")).isEqualTo("still");
                    replace(serverFile, goodServer);
                    assertThat(server.command("reload").body()).contains("\"changed\":[]");
                }
            }
            stop.set(true);
            load.get();
            assertThat(served).hasPositiveValue();
            client.await("configuration not taken over, the one that runs stays: CLV-1003");
            pair.server().await("configuration not taken over, the one that runs stays: CLV-1003");
            assertThat(administration.get("/api/v1/status")).contains("\"reconnects\":0");
        }
    }

    @Test
    void theCommandSaysWhatWouldHappenAndWhatCannot() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory, "reload_on_change = false")) {
            Culvert client = pair.client(
                    "metrics = \"127.0.0.1:0\"\nreload_on_change = false",
                    Pair.tunnel("web", service.port(), 0),
                    Pair.tunnel("goes", service.port(), 0));
            Pair.endpoint(client, "web");
            Pair.endpoint(client, "goes");
            String at = "127.0.0.1:" + pair.adminPort();
            Path file = directory.resolve("server.toml");
            replace(
                    file,
                    "threads = 3\n" + Files.readString(file)
                            + "[[protocol]]\ntype = \"tls\"\nbind = \"127.0.0.1:0\"\n");

            Culvert dry = Culvert.run(directory, "reload", "--dry-run", "--at", at);
            assertThat(dry.exitCode()).as(dry.toString()).isZero();
            assertThat(dry.out())
                    .contains("added     protocol \"tls\"", "restart   threads", "dry run: nothing was done");
            Culvert done = Culvert.run(directory, "reload", "--at", at);
            assertThat(done.out()).contains("added     protocol \"tls\"", "done");
            replace(file, Files.readString(file).replace("[[listen]]", "[[lissten]]"));
            hangUp(pair.server());
            pair.server().await("configuration not taken over, the one that runs stays: CLV-1003: .*lissten");
            Culvert refused = Culvert.run(directory, "reload", "--at", at);
            assertThat(refused.exitCode()).isEqualTo(3);
            assertThat(refused.err()).contains("CLV-1003").contains("did you mean \"listen\"");
            assertThat(pair.server().isAlive()).isTrue();

            hangUp(client);
            client.await("configuration read again: nothing changes");
            Administration running = Administration.of(client);
            String status = withoutTimes(running.get("/api/v1/status"));
            Path clientFile = directory.resolve("client1.toml");
            replace(
                    clientFile,
                    "connections = 2\n"
                            + Files.readString(clientFile)
                                    .replace("name = \"goes\"", "name = \"comes\"")
                                    .replace("name = \"web\"", "name = \"web\"\nbandwidth = \"1MiB\""));
            Culvert plan = Culvert.run(directory, "reload", "--dry-run", "--at", running.address());
            assertThat(plan.exitCode()).as(plan.toString()).isZero();
            assertThat(plan.out().replaceAll("(?m)^note .*\n", "")).isEqualTo("""
                    added     tunnel "comes"
                    changed   tunnel "web"
                    removed   tunnel "goes"
                    restart   connections
                    dry run: nothing was done""");
            assertThat(withoutTimes(running.get("/api/v1/status"))).isEqualTo(status);
            assertThat(client.err()).doesNotContain("configuration taken over");
            assertThat(Visitor.isServed(Pair.endpoint(client, "goes"))).isTrue();
        }
    }

    private static String withoutTimes(String status) {
        return status.replaceAll("\"(uptime_seconds|round_trip_ms|last_heartbeat)\":[^,}]+", "");
    }

    @Test
    void aJarThatIsNewIsPickedUp() throws Exception {
        Path plugins = Files.createDirectory(directory.resolve("plugins"));
        Path late = null;
        try (Stream<Path> jars = Files.list(Culvert.home().resolve("plugins"))) {
            for (Path jar : (Iterable<Path>) jars::iterator) {
                if (jar.getFileName().toString().startsWith("protocol-tls")) {
                    late = jar;
                } else {
                    Files.copy(jar, plugins.resolve(jar.getFileName()));
                }
            }
        }
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory, "plugins.directories = [\"" + plugins + "\"]")) {
            String usual = "[plugins]\ndirectories = [\"" + plugins + "\"]\n";
            Culvert client = pair.client(usual, Pair.tunnel("web", service.port(), 0));
            Pair.endpoint(client, "web");
            Path clientFile = directory.resolve("client1.toml");
            replace(
                    clientFile,
                    Files.readString(clientFile)
                            + "[[tunnel]]\ntype = \"tls\"\nname = \"by-name\"\nhost = \"a.example.com\"\n"
                            + "local = \"127.0.0.1:1\"\n");
            client.await("configuration not taken over, the one that runs stays: CLV-1005: .*tls");
            Path file = directory.resolve("server.toml");
            replace(file, Files.readString(file) + "[[protocol]]\ntype = \"tls\"\nbind = \"127.0.0.1:0\"\n");
            pair.server().await("configuration not taken over, the one that runs stays: CLV-1005: .*tls");

            Files.copy(late, plugins.resolve(late.getFileName()));
            hangUp(pair.server());

            pair.server().await("configuration taken over added=\\[protocol \"tls\"\\]");
            hangUp(client);
            client.await("configuration taken over added=\\[tunnel \"by-name\"\\]");
            client.await("^tls://a\\.example\\.com:\\d+ -> 127\\.0\\.0\\.1:1  \\[by-name\\]");
            assertThat(Visitor.isServed(Pair.endpoint(client, "web"))).isTrue();
        }
    }

    @Test
    void aTunnelIsPausedByACommandOnEitherEnd() throws Exception {
        try (Service service = Service.echo();
                Pair pair = Pair.start(directory)) {
            Culvert client = pair.client("metrics = \"127.0.0.1:0\"", Pair.tunnel("web", service.port(), 0));
            int port = Pair.endpoint(client, "web");
            for (String at : new String[] {
                "127.0.0.1:" + pair.adminPort(), Administration.of(client).address()
            }) {
                assertThat(Culvert.run(directory, "pause", "web", "--at", at).out())
                        .isEqualTo("web: paused");
                await().atMost(Culvert.PATIENCE).until(() -> !Visitor.isServed(port));
                assertThat(Culvert.run(directory, "status", "--at", at).out()).containsPattern("web +tcp .* paused ");
                assertThat(Culvert.run(directory, "resume", "web", "--at", at).out())
                        .isEqualTo("web: resumed");
                await().atMost(Culvert.PATIENCE).until(() -> Visitor.isServed(port));
            }
            Culvert unknown = Culvert.run(directory, "pause", "wep", "--at", "127.0.0.1:" + pair.adminPort());
            assertThat(unknown.exitCode()).isEqualTo(6);
            assertThat(unknown.err()).startsWith("CLV-3026: no tunnel is named \"wep\"");
        }
    }

    private static void load(int port, AtomicBoolean stop, AtomicInteger served) {
        try {
            while (!stop.get()) {
                assertThat(Visitor.sendAndReadToEnd(port, new byte[] {1})).containsExactly(1);
                served.incrementAndGet();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // Half of it before the reload is over, half of it afterwards.
    private static String sha(int port, CountDownLatch reloaded) {
        try (Socket socket = Visitor.connect(port)) {
            MessageDigest digest = Visitor.sha256();
            digest.update(socket.getInputStream().readNBytes(BLOCK * BLOCKS / 2));
            reloaded.await();
            digest.update(socket.getInputStream().readAllBytes());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }

    private static boolean isServed(int port) {
        try {
            return Visitor.isServed(port);
        } catch (IOException e) {
            return false;
        }
    }

    private static void hangUp(Culvert process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static void replace(Path file, String text) throws IOException {
        Path fresh = Files.writeString(file.resolveSibling("fresh.toml"), text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
