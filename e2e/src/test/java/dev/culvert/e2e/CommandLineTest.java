package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person sees who types a command. */
@Tag("slow")
class CommandLineTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path directory;

    private static Service service;
    private static Culvert server;
    private static Culvert client;
    private static int endpoint;

    /** One server and one client for all, started by flags alone, with logs as JSON. */
    @BeforeAll
    static void startByFlags() throws Exception {
        Files.writeString(directory.resolve("token"), Pair.TOKEN + "\n");
        service = Service.echo();
        server = Culvert.start(
                directory, "server", "--port", "0", "--admin", "0", "--token-file", "token", "--log-format", "json");
        String control = server.await("^clients: port (\\d+)");
        client = Culvert.start(
                directory,
                "client",
                "--server",
                "127.0.0.1:" + control,
                "--token-file",
                "token",
                "--pin",
                server.await("^pin: (\\S+)"),
                "--tunnel",
                "web:" + service.port() + ":0",
                "--metrics",
                "127.0.0.1:0",
                "--log-format",
                "json");
        endpoint = Pair.endpoint(client, "web");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
        service.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "server",
                "client",
                "tcp",
                "status",
                "reload",
                "pause",
                "resume",
                "diagnose",
                "check",
                "config",
                "config show",
                "plugins",
                "token",
                "token new",
                "keygen",
                "demo",
                "version"
            })
    void helpSaysWhatACommandTakesAndGivesExamples(String command) {
        List<String> words = new ArrayList<>(command.isEmpty() ? List.of() : List.of(command.split(" ")));
        words.add("--help");

        Culvert help = Culvert.run(directory, words.toArray(String[]::new));

        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .startsWith(("Usage: culvert " + command).strip())
                .contains("Examples:\n  ")
                .containsPattern("(?m)^  .*culvert " + command);
        assertThat(help.out().lines()).allMatch(line -> line.length() <= 80, "fits a terminal");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "server --port x",
                "server --log-level loud",
                "client",
                "client --server localhost",
                "client --server localhost --tunnel web:1",
                "client --local 3000 --tunnel web:1:2",
                "tcp 3000",
                "config",
                "check",
                "token new --expires soon"
            })
    void wrongArgumentsAreAnsweredWithTheUsageAndTwo(String line) {
        Culvert wrong = Culvert.run(directory, line.split(" "));

        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).contains("Usage: culvert").doesNotContain("Exception");
        assertThat(wrong.err().lines().findFirst()).get().asString().doesNotStartWith("Usage");
    }

    @Test
    void versionNamesTheBuildAndTheJava() {
        String version = Culvert.run(directory, "version").out();

        assertThat(version).matches("culvert \\d+\\.\\d+\\.\\d+\\S* \\(Java \\S+, \\S+ \\S+\\)");
        assertThat(Culvert.run(directory, "--version").out()).isEqualTo(version);
    }

    @Test
    void noColorMeansNoColourEvenOnATerminalThatCan() {
        Map<String, String> terminal = Map.of("CULVERT_JAVA_OPTS", "-Dpicocli.ansi=true");
        Map<String, String> plain = Map.of("CULVERT_JAVA_OPTS", "-Dpicocli.ansi=true", "NO_COLOR", "1");

        assertThat(Culvert.run(Culvert.home(), directory, terminal, "--help").out())
                .contains("\u001b[");
        assertThat(Culvert.run(Culvert.home(), directory, plain, "--help").out())
                .doesNotContain("\u001b");
    }

    @Test
    void flagsAloneCarryBytesAndEveryLineOfAJsonLogIsAnObject() throws Exception {
        byte[] bytes = Visitor.random(3, 100_000);

        assertThat(Visitor.sendAndReadToEnd(endpoint, bytes)).isEqualTo(bytes);

        server.await("end tunnel=web .* in=100000 out=100000 .*how=\\\\\"closed");
        for (Culvert process : List.of(server, client)) {
            assertThat(process.err()).isNotEmpty();
            for (String line : process.err().split("\n")) {
                JsonNode event = JSON.readTree(line);
                assertThat(event.path("timestamp").asLong()).isPositive();
                assertThat(event.path("level").asText()).isIn("INFO", "WARN");
                assertThat(event.path("loggerName").asText()).isNotEmpty();
                assertThat(event.path("formattedMessage").asText()).isNotEmpty();
            }
        }
    }

    @Test
    void statusOfAServerIsATableOrJson() throws Exception {
        String at = Administration.of(server).address();

        assertThat(Culvert.run(directory, "status", "--at", at).out())
                .contains("server: 1 client, 1 endpoint, ")
                .containsPattern(
                        "(?m)^default  account default  client \\S+  from [0-9.:]+  through main  since \\d+-\\S+Z \\(\\w+\\)  session \\S+")
                .containsPattern(
                        "(?m)^  web +tcp +tcp://.*:" + endpoint + " +\\S*:" + service.port() + " +(registered|ready)");
        JsonNode status = JSON.readTree(
                Culvert.run(directory, "status", "--at", at, "--json").out());
        assertThat(status.path("role").asText()).isEqualTo("server");
        assertThat(status.at("/clients/0/client_id").asText()).isNotEmpty();
        assertThat(status.at("/clients/0/tunnels/0/name").asText()).isEqualTo("web");
        assertThat(status.at("/clients/0/tunnels/0/local").asText()).endsWith(":" + service.port());
    }

    @Test
    void statusOfAHostIsEveryFigureOfIt() {
        String at = Administration.of(server).address();

        assertThat(Culvert.run(directory, "status", "--at", at, "--host", ":" + endpoint)
                        .out())
                .containsPattern("(?m)^tunnel web$")
                .containsPattern("(?m)^  endpoint +tcp://:" + endpoint + "$")
                .containsPattern("(?m)^  account +default$")
                .containsPattern("(?m)^  uptime +\\w+$");
        Culvert nowhere = Culvert.run(directory, "status", "--at", at, "--host", "nobody.example.com");
        assertThat(nowhere.exitCode()).isNotZero();
        assertThat(nowhere.err()).contains("CLV-3026").contains("[:" + endpoint + "]");
    }

    @Test
    void statusOfAClientIsATableOrJson() throws Exception {
        String at = Administration.of(client).address();

        assertThat(Culvert.run(directory, "status", "--at", at).out())
                .containsPattern("client \\S+ of 127.0.0.1:\\d+: connected, sessions: 1")
                .containsPattern("(?m)^TUNNEL +TYPE +ENDPOINT +LOCAL +STATE")
                .containsPattern("(?m)^web +tcp +tcp://127.0.0.1:" + endpoint + " +\\S*:" + service.port()
                        + " +(registered|ready)");
        JsonNode status = JSON.readTree(
                Culvert.run(directory, "status", "--at", at, "--json").out());
        assertThat(status.at("/tunnels/0/state").asText()).isIn("registered", "ready");
        assertThat(status.path("sessions")).hasSize(1);
    }

    @Test
    void statusSaysWhenNobodyIsThere() {
        Culvert status = Culvert.run(directory, "status", "--at", "127.0.0.1:" + Service.nowhere());

        assertThat(status.exitCode()).isEqualTo(4);
        assertThat(status.err())
                .startsWith("CLV-4003: nothing answers at 127.0.0.1:")
                .contains("A client has a status only if it was started with --metrics 127.0.0.1:4441")
                .doesNotContain("Exception");
    }

    static List<Path> filesOfTheDistribution() throws IOException {
        try (Stream<Path> files = Files.walk(Culvert.home().resolve("config"))) {
            return files.filter(file -> file.toString().endsWith(".toml")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("filesOfTheDistribution")
    void theFilesOfTheDistributionAreRight(Path file) {
        String pin = "sha256/" + "A".repeat(43) + "=";
        Map<String, String> required = Map.of(
                "CULVERT_TOKEN", Pair.TOKEN,
                "BURROW_TOKEN", Pair.TOKEN,
                "AGENT_TOKEN", Pair.TOKEN,
                "TUNNEL_TOKEN", Pair.TOKEN,
                "CORE_PIN", pin,
                "SERVER_PIN", pin);

        Culvert check = Culvert.run(Culvert.home(), directory, required, "check", file.toString());

        assertThat(check.err()).isEmpty();
        assertThat(check.exitCode()).isZero();
        assertThat(check.out()).endsWith(file + ": ok");
    }

    @Test
    void configShowSaysWhereEachValueCameFromAndMasksSecrets() {
        Path file = Pair.write(directory, "shown.toml", """
                server = "${SOMEWHERE:-127.0.0.1:4444}"
                [[auth]]
                type = "token"
                token = "${CULVERT_TOKEN}"
                [[tunnel]]
                type = "tcp"
                name = "web"
                local = 3000
                """);
        Map<String, String> environment = Map.of("CULVERT_TOKEN", Pair.TOKEN);

        Culvert show = Culvert.run(Culvert.home(), directory, environment, "config", "show", file.toString());

        assertThat(show.exitCode()).isZero();
        assertThat(show.out())
                .doesNotContain(Pair.TOKEN)
                .containsPattern("(?m)^token = \"\\*{4}\" +# environment CULVERT_TOKEN$")
                .containsPattern("(?m)^name = \"web\" +# .*shown\\.toml:7$")
                .containsPattern("(?m)^connections = 1 +# default$")
                .containsPattern("(?m)^when_absent = \"reset\" +# default$");
    }

    @Test
    void pluginsListsEachJarWithItsSum() throws Exception {
        Culvert plugins = Culvert.run(directory, "plugins");
        Path jar;
        try (var jars = Files.list(Culvert.home().resolve("plugins"))) {
            jar = jars.filter(path -> path.getFileName().toString().startsWith("mux-yamux"))
                    .findFirst()
                    .orElseThrow();
        }
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));

        assertThat(plugins.out())
                .contains("mux-yamux 0", "multiplexer yamux", "requires  SPI >=")
                .contains(
                        "dialect raw",
                        "dialect culvert",
                        "protocol tcp",
                        "transport plain",
                        "transport tls",
                        "authenticator token")
                .contains("sha256    " + sum + "\n  from      " + jar.toRealPath());
        JsonNode list =
                JSON.readTree(Culvert.run(directory, "plugins", "--json").out());
        assertThat(list.findValuesAsText("id")).contains("mux-yamux", "protocol-tcp");
        assertThat(list.findValuesAsText("sha256")).contains(sum);
    }

    @Test
    void aTokenIsPrintedOnceWithWhatBelongsIntoBothFiles() {
        String[] command = {
            "token",
            "new",
            "ci",
            "--principal",
            "alice",
            "--ports",
            "7000-7999",
            "--types",
            "tcp",
            "--expires",
            "2099-01-01"
        };
        String issued = Culvert.run(directory, command).out();

        assertThat(issued)
                .containsPattern("(?m)^token: clv_ci_[A-Za-z0-9_-]{43}$")
                .containsPattern("(?m)^\\[\\[auth\\.tokens]]$")
                .containsPattern(
                        "(?m)^verifier = \"SCRAM-SHA-256\\$4096:[A-Za-z0-9+/=]+\\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=\"$")
                .contains("principal = \"alice\"", "7000-7999", "\"tcp\"", "2099-01-01");
        String token = issued.lines()
                .filter(line -> line.startsWith("token: "))
                .findFirst()
                .orElseThrow()
                .substring(7);
        String server = issued.substring(issued.indexOf("# Into the server's"), issued.indexOf("# Into the client's"));
        assertThat(server).doesNotContain(token);
        assertThat(issued.substring(issued.indexOf("# Into the client's"))).contains("token = \"" + token + "\"");
    }

    @Test
    void whatATokenPrintsReplacesTheSectionsOfTheExamples() throws Exception {
        String issued = Culvert.run(directory, "token", "new", "laptop").out();
        String[] parts = issued.split("# Into the (?:server|client)'s file, ");
        String server = example("server.toml");
        String client = example("client.toml");

        // From the section to the next one: its comments are of its keys.
        Path serverFile = Pair.write(
                directory,
                "pasted-server.toml",
                server.replaceFirst(
                        "(?s)\\n\\[\\[auth]]\\ntype = \"token\"\\n.*?\\n\\n",
                        "\n" + literal(section(parts[1])) + "\n\n"));
        Path clientFile = Pair.write(
                directory,
                "pasted-client.toml",
                client.replaceFirst(
                        "(?s)\\n\\[\\[auth]]\\ntype = \"token\"\\n.*?\\n\\n",
                        "\n" + literal(section(parts[2])) + "\n\n"));

        for (Path file : List.of(serverFile, clientFile)) {
            Culvert check = Culvert.run(directory, "check", file.toString());
            assertThat(check.out()).as(check.toString()).contains(": ok");
            assertThat(check.exitCode()).isZero();
        }
        // And what happens to who adds it instead: said before anything is started.
        Path added = Pair.write(directory, "added.toml", server + "\n" + section(parts[1]));
        Culvert check = Culvert.run(directory, "check", added.toString());
        assertThat(check.exitCode()).isEqualTo(3);
        assertThat(check.err()).contains("CLV-1010", "two sections of type \"token\"");
    }

    /** The lines of a section, without the comments around it. */
    private static String section(String part) {
        return part.lines()
                .dropWhile(line -> !line.startsWith("[[auth]]"))
                .takeWhile(line -> !line.startsWith("#"))
                .collect(Collectors.joining("\n"))
                .strip();
    }

    private static String literal(String text) {
        return Matcher.quoteReplacement(text);
    }

    private static String example(String name) throws Exception {
        return Files.readString(Culvert.home().resolve("config").resolve(name));
    }

    @Test
    void aServerWithoutAFileKnowsATokenThatWasEnrolled() {
        String token = Culvert.run(directory, "token", "new", "second", "--enroll")
                .out()
                .lines()
                .filter(line -> line.startsWith("token: "))
                .findFirst()
                .orElseThrow()
                .substring(7);
        try (Culvert server = Culvert.start(directory, "server", "--port", "0", "--admin", "0")) {
            String port = server.await("^clients: port (\\d+)");
            String pin = server.await("^pin: (\\S+)");
            server.await("^ready$");
            assertThat(server.out()).contains("CULVERT_TOKEN=... culvert tcp 3000");

            Map<String, String> environment = Map.of("CULVERT_TOKEN", token);
            String address = "127.0.0.1:" + port;
            try (Culvert client = Culvert.start(
                    Culvert.home(), directory, environment, "tcp", "3000", "--server", address, "--pin", pin)) {
                assertThat(server.await("session active .*(principal=\\S+)")).isEqualTo("principal=second");
            }
        }
    }

    @Test
    void anUnknownTransportIsBlamedOnItsFlag() {
        Culvert server = Culvert.run(directory, "server", "--port", "0", "--transport", "tsl");
        assertThat(server.exitCode()).isEqualTo(3);
        assertThat(server.err()).containsPattern("CLV-1005: flag --transport: .*unknown type \"tsl\"");

        Culvert client = Culvert.run(
                directory, "tcp", "3000", "--server", "127.0.0.1:1", "--pin", "sha256/x", "--transport", "tsl");
        assertThat(client.exitCode()).isEqualTo(3);
        assertThat(client.err()).containsPattern("CLV-1005: flag --transport: .*unknown type \"tsl\"");
    }

    @Test
    void theDemonstrationWorksAndEnds() {
        Culvert demo = Culvert.run(directory, "demo");

        assertThat(demo.err()).isEmpty();
        assertThat(demo.out()).containsPattern("public +http://\\S+/").contains("200 Hello", "It works.");
        assertThat(demo.exitCode()).isZero();
    }
}
