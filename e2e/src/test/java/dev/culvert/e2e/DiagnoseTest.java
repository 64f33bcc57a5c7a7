package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert diagnose} names what is wrong, each thing in turn, and nothing else. */
@Tag("slow")
class DiagnoseTest {

    @TempDir
    private static Path directory;

    private static Service service;
    private static Culvert server;
    private static String control;
    private static String pin;

    @BeforeAll
    static void start() {
        service = Service.echo();
        Path file = Pair.write(directory, "server.toml", """
                [[listen]]
                bind = "127.0.0.1:0"
                [[auth]]
                type = "token"
                token = "%s"
                [[protocol]]
                type = "tcp"
                bind = "127.0.0.1"
                [server]
                type = "simple"
                application_context_path = "/"
                admin_context_path = "/admin"
                [server.connector]
                type = "http"
                port = 0
                """.formatted(Pair.TOKEN));
        server = Culvert.start(directory, "server", file.toString());
        control = server.await("^clients: port (\\d+)");
        pin = server.await("^pin: (\\S+)");
        server.await("^ready$");
    }

    @AfterAll
    static void stop() {
        server.close();
        service.close();
    }

    @Test
    void everyRowIsOkWhereEverythingIs() {
        Culvert diagnosis = diagnose(file("127.0.0.1:" + control, pin, Pair.TOKEN, service.port()));

        assertThat(diagnosis.exitCode()).as(diagnosis.toString()).isZero();
        assertThat(diagnosis.out().lines()).allMatch(line -> line.startsWith("ok "));
        assertThat(diagnosis.out())
                .containsPattern("(?m)^ok +files +\\d+ may be open")
                .containsPattern("(?m)^ok +plugins +\\d+ loaded")
                .containsPattern("(?m)^ok +name +127\\.0\\.0\\.1 is 127\\.0\\.0\\.1")
                .containsPattern("(?m)^ok +connect +127\\.0\\.0\\.1:" + control + " in \\d+ ms")
                .contains(pin)
                .containsPattern("(?m)^ok +transport +tls to 127\\.0\\.0\\.1:" + control)
                .containsPattern("(?m)^ok +login +as default, account default")
                .containsPattern("(?m)^ok +clock +the server's is")
                .containsPattern(
                        "(?m)^ok +tunnel +web: tcp://127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:" + service.port())
                .containsPattern("(?m)^ok +endpoint +127\\.0\\.0\\.1:\\d+ in \\d+ ms, through to the service");
    }

    @Test
    void aNameThatDoesNotResolve() {
        fails(file("nowhere.invalid:" + control, pin, Pair.TOKEN, service.port()), "CLV-4003", "name", "connect");
    }

    @Test
    void aPortWhereNobodyListens() {
        fails(file("127.0.0.1:" + Service.nowhere(), pin, Pair.TOKEN, service.port()), "CLV-4003", "connect");
    }

    @Test
    void aServerThatIsAnother() {
        String other = "sha256/" + "A".repeat(43) + "=";
        Culvert diagnosis = diagnose(file("127.0.0.1:" + control, other, Pair.TOKEN, service.port()));

        assertThat(diagnosis.exitCode()).isOne();
        assertThat(diagnosis.out())
                .containsPattern("(?m)^ok +connect")
                .containsPattern("(?m)^ok +certificate .*" + Pattern.quote(pin))
                .containsPattern("(?m)^CLV-\\d+ +(transport|login) ")
                .doesNotContainPattern("(?m)^ok +login");
    }

    @Test
    void aTokenThatIsAnother() {
        fails(
                file("127.0.0.1:" + control, pin, "fedcba9876543210fedcba9876543210", service.port()),
                "CLV-2001",
                "login");
    }

    @Test
    void aServiceThatIsDown() {
        fails(file("127.0.0.1:" + control, pin, Pair.TOKEN, Service.nowhere()), "CLV-5001", "tunnel");
    }

    @Test
    void aFileThatIsWrong() throws IOException {
        Path file = file("127.0.0.1:" + control, pin, Pair.TOKEN, service.port());
        Files.writeString(file, Files.readString(file).replace("name =", "colour = 1\nname ="));

        fails(file, "CLV-1003", "configuration");
    }

    @Test
    void aJarThatIsNoPlugin() throws IOException {
        Path plugins = Files.createDirectory(directory.resolve("plugins"));
        Files.writeString(plugins.resolve("bad.jar"), "no jar");
        Path file = file("127.0.0.1:" + control, pin, Pair.TOKEN, service.port());
        Files.writeString(file, Files.readString(file) + "[plugins]\ndirectories = [\"" + plugins + "\"]\n");

        fails(file, "CLV-1101", "plugins");
    }

    @Test
    void aServersFileIsLookedAtWithItsPlugins() throws IOException {
        Culvert good = diagnose(directory.resolve("server.toml"));
        assertThat(good.exitCode()).as(good.toString()).isZero();
        assertThat(good.out()).containsPattern("(?m)^ok +plugins ").containsPattern("(?m)^ok +configuration ");
        Path wrong = Files.writeString(
                directory.resolve("wrong.toml"),
                Files.readString(directory.resolve("server.toml")).replace("[[listen]]", "[[listen]]\nbindd = 1"));

        fails(wrong, "CLV-1003", "configuration");
    }

    @Test
    void clocksThatDiffer() throws Exception {
        try (HostileServer other = new HostileServer()) {
            Path file = Pair.write(
                    directory,
                    "clock.toml",
                    "server = \"127.0.0.1:" + other.port() + "\"\ntransport = \"plain\"\n"
                            + Pair.tunnel("web", service.port(), 0, "enabled = false"));
            try (Culvert diagnosis = Culvert.start(directory, "diagnose", file.toString())) {
                Awaitility.await().atMost(Culvert.PATIENCE).until(() -> other.hasHeard("hello"));
                other.say("{\"type\":\"server_hello\",\"version\":1,\"capabilities\":[\"clock\"],\"mechanisms\":[]}");
                long hourAgo = System.currentTimeMillis() - 3_600_000;
                other.say("{\"type\":\"auth_ok\",\"session_id\":\"s\",\"time_ms\":" + hourAgo + "}");

                diagnosis.await(
                        "^CLV-1017 +clock +the server's is 3[56]\\d\\d\\.\\d+ s behind\\. Let both machines .* NTP");
                assertThat(diagnosis.exitCode()).as(diagnosis.toString()).isOne();
            }
        }
    }

    @Test
    void tooFewFiles() throws Exception {
        Path file = file("127.0.0.1:" + control, pin, Pair.TOKEN, service.port());
        ProcessBuilder limited = new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -n 300; exec " + Culvert.home().resolve("bin/culvert") + " diagnose " + file)
                .redirectErrorStream(true);
        limited.environment().put("CULVERT_NO_ARCHIVE", "1");
        limited.environment()
                .put("CULVERT_DATA_DIRECTORY", directory.resolve("data").toString());
        Process process = limited.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(out).isOne();
        assertThat(out).containsPattern("(?m)^CLV-1016 +files +300 files");
    }

    private static void fails(Path file, String code, String... rows) {
        Culvert diagnosis = diagnose(file);

        assertThat(diagnosis.exitCode()).as(diagnosis.toString()).isOne();
        for (String row : rows) {
            assertThat(diagnosis.out()).containsPattern("(?m)^" + code + " +" + row + " ");
        }
        // What rests on it is not checked; everything else is right.
        assertThat(diagnosis.out().lines())
                .allMatch(line -> line.startsWith("ok ") || line.startsWith(code) || line.startsWith("CLV-1018 "));
    }

    private static Culvert diagnose(Path file) {
        return Culvert.run(Culvert.home(), directory, Map.of(), "diagnose", file.toString());
    }

    private static Path file(String address, String pin, String token, int local) {
        return Pair.write(directory, "client.toml", """
                server = "%s"
                transport = {type = "tls", pin = "%s"}
                [[auth]]
                type = "token"
                token = "%s"
                """.formatted(address, pin, token) + Pair.tunnel("web", local, 0));
    }
}
