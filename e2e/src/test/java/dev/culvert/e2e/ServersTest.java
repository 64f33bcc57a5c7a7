package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of two servers, one of which goes and comes back: what a person sees of it. */
@Tag("slow")
class ServersTest {

    @TempDir
    private Path directory;

    @Test
    void eachOfAllServersHasItsOwnLinesAndOneMayGoAndComeBack() throws Exception {
        try (Service service = Service.echo();
                Pair a = pair("a");
                Pair b = pair("b");
                Culvert client = client("all", a, b, service)) {
            String both = at(a) + ", " + at(b);
            client.await("^servers: " + both + "  \\(all\\)$");
            await().atMost(Culvert.PATIENCE).until(() -> endpoints(client) == 2);
            Administration administration = Administration.of(client);
            await().atMost(Culvert.PATIENCE).until(() -> isReady(administration));
            assertThat(status(administration))
                    .contains("of " + both + ": connected, sessions: 2")
                    .containsPattern("session \\S+  plain to " + at(a) + " ")
                    .containsPattern("session \\S+  plain to " + at(b) + " ");

            a.server().kill();

            client.await("disconnected server=" + at(a) + " ");
            client.await("server=" + at(a) + " CLV-4003: server " + at(a) + ": .*Next attempt in");
            assertThat(status(administration))
                    .contains("connected, sessions: 1")
                    .containsPattern("(?m)^" + at(a) + " +web +tcp .* connecting ")
                    .contains("  at " + at(a) + ": CLV-4003: ");
            int survivor = survivor(status(administration));
            assertThat(Visitor.isServed(survivor)).isTrue();

            a.restartServer();

            await().atMost(Culvert.PATIENCE).until(() -> sessions(administration) == 2 && isReady(administration));
            assertThat(Visitor.isServed(survivor)).isTrue();
            assertThat(client.err()).doesNotContain("server=" + at(b) + " CLV-");
        }
    }

    @Test
    void aClientThatFailsOverSaysWhereItIsAndStaysThere() throws Exception {
        try (Service service = Service.echo();
                Pair a = pair("a");
                Pair b = pair("b");
                Culvert client = client("failover", a, b, service)) {
            client.await("^servers: " + at(a) + ", " + at(b) + "  \\(failover, in this order\\)$");
            client.await("transport plain server=" + at(a) + " why=");
            Pair.endpoint(client, "web");

            a.server().kill();

            client.await(
                    "transport plain server=" + at(b) + " why=\"[^\"]+\" rejected=\"plain to " + at(a) + ": CLV-4003");
            a.restartServer().await("^ready$");
            Administration administration = Administration.of(client);
            await().atMost(Culvert.PATIENCE).until(() -> isReady(administration));
            String status = status(administration);
            assertThat(status)
                    .contains("connected, sessions: 1", "transport plain to " + at(b))
                    .contains("rejected: plain to " + at(a));
            assertThat(Visitor.isServed(survivor(status))).isTrue();
        }
    }

    private static int sessions(Administration administration) {
        return administration.get("/api/v1/status").split("\"account\":", -1).length - 1;
    }

    /** Whether its tunnels are ready at all servers. */
    private static boolean isReady(Administration administration) {
        String status = administration.get("/api/v1/status");
        return status.contains("\"state\":\"ready\"")
                && !status.contains("\"state\":\"connecting\"")
                && !status.contains("\"state\":\"registered\"");
    }

    private Pair pair(String name) throws IOException {
        return Pair.start(Files.createDirectories(directory.resolve(name)));
    }

    private Culvert client(String mode, Pair a, Pair b, Service service) {
        Path file = Pair.write(directory, mode + ".toml", """
                server = ["%s", "%s"]
                servers_mode = "%s"
                transport = "plain"
                max_interval = "1s"
                metrics = "127.0.0.1:0"
                %s
                [[auth]]
                type = "token"
                token = "%s"
                """.formatted(
                        at(a), at(b), mode, Pair.tunnel("web", service.port(), 0), Pair.TOKEN));
        return Culvert.start(directory, "client", file.toString());
    }

    private String status(Administration administration) {
        Culvert status = Culvert.run(directory, "status", "--at", administration.address());
        assertThat(status.exitCode()).as(status.toString()).isZero();
        return status.out();
    }

    /** The port of the tunnel that is open, as the table has it. */
    private static int survivor(String status) {
        Matcher row = Pattern.compile(
                        "(?m)^(?:127\\.0\\.0\\.1:\\d+ +)?web +tcp +tcp://127\\.0\\.0\\.1:(\\d+) .* ready ")
                .matcher(status);
        assertThat(row.find()).as(status).isTrue();
        return Integer.parseInt(row.group(1));
    }

    private static long endpoints(Culvert client) {
        return client.out()
                .lines()
                .filter(line -> line.matches("tcp://127\\.0\\.0\\.1:\\d+ -> .*\\[web\\]"))
                .count();
    }

    private static String at(Pair pair) {
        return "127.0.0.1:" + pair.controlPort();
    }
}
