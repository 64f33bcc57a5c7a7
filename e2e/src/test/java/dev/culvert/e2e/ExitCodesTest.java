package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script can tell from the exit code what went wrong, and a person from the last line. */
@Tag("slow")
class ExitCodesTest {

    private static final String LISTEN = "[[listen]]\nbind = \"127.0.0.1:0\"\n";
    private static final String AUTH = "[[auth]]\ntype = \"token\"\ntoken = \"" + Pair.TOKEN + "\"\n";

    @TempDir
    private static Path directory;

    private static Culvert server;
    private static int control;

    @BeforeAll
    static void start() {
        server = Accounts.server(directory, 0);
        control = Accounts.controlPort(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void zeroWhenStoppedAsAsked() {
        Path file = Accounts.clientFile(
                directory, "stopped", control, Accounts.ALICE, Pair.tunnel("a", Service.nowhere(), 0));
        try (Culvert client = Culvert.start(directory, "client", file.toString())) {
            Pair.endpoint(client, "a");

            client.terminate();

            assertThat(client.exitCode()).as(client.toString()).isZero();
        }
    }

    @Test
    void threeForAnUnknownKeyWithTheLineAndTheNearestOne() {
        refused(
                "key.toml",
                "[[listen]]\nbnid = \"127.0.0.1:0\"\n" + AUTH,
                "CLV-1003: .*key\\.toml:2: listen\\[0\\]\\.bnid: .*did you mean \"bind\"");
    }

    @Test
    void threeForSeveralProblemsWhichAreAllNamedAtOnce() {
        Culvert end = refused(
                "several.toml",
                "[[listen]]\nbnid = 1\nlogin_timeout = \"soon\"\n[[auth]]\ntype = \"tokn\"\n",
                "CLV-1003: .*several\\.toml:2: listen\\[0\\]\\.bnid",
                "CLV-1004: .*several\\.toml:3: listen\\[0\\]\\.login_timeout: \"soon\" \\(expected: ",
                "CLV-1005: .*several\\.toml:5: auth\\[0\\]\\.type: unknown type \"tokn\" .*did you mean \"token\"");
        assertThat(end.err().lines()).hasSize(3);
    }

    @Test
    void threeForAMissingVariable() {
        refused(
                "variable.toml",
                LISTEN + "[[auth]]\ntype = \"token\"\ntoken = \"${NOT_SET_ANYWHERE}\"\n",
                "CLV-1006: .*variable\\.toml:5: auth\\[0\\]\\.token: NOT_SET_ANYWHERE");
    }

    @Test
    void threeForASyntaxErrorAndForNoFile() {
        refused("syntax.toml", "listen = [\n", "CLV-1002: .*syntax\\.toml:");
        Culvert end = Culvert.run(directory, "server", "nowhere.toml");
        assertThat(end.exitCode()).isEqualTo(3);
        assertThat(end.err()).startsWith("CLV-1001: ").contains("nowhere.toml");
    }

    @Test
    void threeIfNothingSaysWhoClientsAre() {
        refused("identity.toml", LISTEN, "CLV-1007: listen \"main\": .*\\[\\[auth\\]\\]");
    }

    @Test
    void threeIfStrangersCouldReachADialectWithoutAuthentication() {
        refused(
                "unsafe.toml",
                "[[listen]]\nbind = \":0\"\ndialect = \"raw\"\n[[tunnel]]\ntype = \"tcp\"\nname = \"p\"\n",
                "CLV-1008: listen \"main\": :0 .*insecure_public = true");
    }

    @Test
    void threeIfAPortIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int taken = other.getLocalPort();
            Path file = Pair.write(directory, "taken.toml", "[[listen]]\nbind = \"127.0.0.1:" + taken + "\"\n" + AUTH);

            Culvert listen = Culvert.run(directory, "server", file.toString(), "--admin", "0");
            Culvert admin = Culvert.run(
                    directory, "server", "--port", "0", "--token", Pair.TOKEN, "--admin", String.valueOf(taken));

            assertThat(listen.exitCode()).isEqualTo(3);
            assertThat(listen.err())
                    .containsPattern("(?m)^CLV-1011: listen \"main\": cannot bind 127\\.0\\.0\\.1:" + taken);
            assertThat(admin.exitCode()).isEqualTo(3);
            assertThat(admin.err())
                    .containsPattern("(?m)^CLV-1011: administration: .*" + taken)
                    .contains("--token: other users of this machine can see the token");
        }
    }

    @Test
    void fourIfTheServerCannotBeReachedAndOneAttemptWasWanted() {
        Path file = Accounts.clientFile(
                directory, "unreachable", Service.nowhere(), Accounts.ALICE, Pair.tunnel("a", 1, 0));

        Culvert client = Culvert.run(directory, "client", file.toString(), "--once");

        assertThat(client.exitCode()).isEqualTo(4);
        assertThat(client.err()).containsPattern("(?m)^CLV-4003: server 127\\.0\\.0\\.1:\\d+: ");
    }

    @Test
    void fourIfTheConnectionBreaksAndZeroIfTheServerClosedIt() throws Exception {
        for (boolean broken : List.of(true, false)) {
            try (Culvert own = Accounts.server(directory, 0)) {
                Path file = Accounts.clientFile(
                        directory, "once" + broken, Accounts.controlPort(own), Accounts.ALICE, Pair.tunnel("a", 1, 0));
                try (Culvert client = Culvert.start(directory, "client", file.toString(), "--once")) {
                    Pair.endpoint(client, "a");

                    if (broken) {
                        own.kill();
                    } else {
                        own.terminate();
                        assertThat(own.exitCode()).as(own.toString()).isZero();
                    }

                    assertThat(client.exitCode()).as(client.toString()).isEqualTo(broken ? 4 : 0);
                }
            }
        }
    }

    @Test
    void fiveForAWrongTokenAndForNone() {
        Path wrong = Accounts.clientFile(directory, "wrong", control, Pair.TOKEN, Pair.tunnel("a", 1, 0));
        Path none = Accounts.clientFile(directory, "none", control, "", Pair.tunnel("a", 1, 0));

        Culvert rejected = Culvert.run(directory, "client", wrong.toString());
        Culvert missing = Culvert.run(directory, "client", none.toString());

        assertThat(rejected.exitCode()).isEqualTo(5);
        assertThat(rejected.err()).containsPattern("(?m)^CLV-2001: ").doesNotContain(Pair.TOKEN);
        assertThat(missing.exitCode()).isEqualTo(5);
        assertThat(missing.err()).containsPattern("(?m)^CLV-2008: .*CULVERT_TOKEN");
    }

    @Test
    void sixForAPortOfSomebodyElseAndForWhatIsNotPermitted() {
        Path alice = Accounts.clientFile(directory, "alice", control, Accounts.ALICE, Pair.tunnel("a", 1, 0));
        try (Culvert holder = Culvert.start(directory, "client", alice.toString())) {
            int port = Pair.endpoint(holder, "a");
            Path bob = Accounts.clientFile(
                    directory, "bob", control, Accounts.BOB, Pair.tunnel("b", 1, port, "on_conflict = \"replace\""));
            Path name = Accounts.clientFile(directory, "name", control, Accounts.BOB, Pair.tunnel("a", 1, 0));

            Culvert held = Culvert.run(directory, "client", bob.toString());
            Culvert forbidden = Culvert.run(directory, "client", name.toString());

            assertThat(held.exitCode()).isEqualTo(6);
            assertThat(held.err())
                    .containsPattern("(?m)^CLV-3003: tunnel \"b\" refused: tcp://\\S*:" + port
                            + " is held by principal \"alice\"\\. Choose another port or name\\.");
            assertThat(forbidden.exitCode()).isEqualTo(6);
            assertThat(forbidden.err())
                    .containsPattern("(?m)^CLV-3004: principal \"bob\" has no right to a tunnel named \"a\"\\.");
            assertThat(holder.isAlive()).isTrue();
        }
    }

    @Test
    void aClientThatHasServedOnceStaysWhenItIsRefusedLater() throws Exception {
        try (Culvert first = Accounts.server(directory, 0)) {
            int own = Accounts.controlPort(first);
            Path alice = Accounts.clientFile(directory, "staying", own, Accounts.ALICE, Pair.tunnel("a", 1, 0));
            try (Culvert client = Culvert.start(directory, "client", alice.toString())) {
                int port = Pair.endpoint(client, "a");
                first.kill();
                first.exitCode();
                Path strange = Pair.write(
                        directory,
                        "strange.toml",
                        "[[listen]]\ntransport = \"plain\"\nbind = \"127.0.0.1:" + own + "\"\n" + AUTH);
                try (Culvert other = Culvert.start(directory, "server", strange.toString(), "--admin", "0")) {
                    other.await("^ready$");
                    client.await("CLV-2001: .*Next attempt in \\d+ ms");
                    assertThat(client.isAlive()).isTrue();
                }
                try (Service holder = Service.start(port, (connection, in, out) -> {});
                        Culvert back = Accounts.server(directory, own)) {
                    assertThat(client.await("tunnel refused tunnel=a (CLV-\\d+)"))
                            .isEqualTo("CLV-3006");
                    assertThat(client.isAlive()).isTrue();
                    // Any port was asked for: the one it had is taken, so it gets another.
                    assertThat(back.await("tunnel open session=\\S+ tunnel=a endpoint=tcp://\\S*:(\\d+)"))
                            .isNotEqualTo(String.valueOf(holder.port()));
                }
            }
        }
    }

    /** Both the check and the start refuse it, with the same sentences. */
    private static Culvert refused(String name, String text, String... patterns) {
        Path file = Pair.write(directory, name, text);
        Culvert check = Culvert.run(directory, "check", file.toString());
        Culvert start = Culvert.run(directory, "server", file.toString(), "--admin", "0");
        assertThat(start.exitCode()).as(start.toString()).isEqualTo(3);
        assertThat(check.exitCode()).as(check.toString()).isEqualTo(3);
        assertThat(start.out()).isEmpty();
        for (String pattern : patterns) {
            assertThat(start.err()).containsPattern("(?m)^" + pattern);
            assertThat(check.err()).containsPattern("(?m)^" + pattern);
        }
        return check;
    }
}
