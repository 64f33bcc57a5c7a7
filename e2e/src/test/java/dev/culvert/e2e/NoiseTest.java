package dev.culvert.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ends by two files over {@code noise}. */
@Tag("slow")
class NoiseTest {

    private static final String AUTH = "[[auth]]\ntype = \"token\"\ntoken = \"" + Pair.TOKEN + "\"\n";

    @TempDir
    private Path directory;

    @Test
    void aTokenLogsInOverTheKeysThatKeygenPrints() throws Exception {
        String keys = Culvert.run(directory, "keygen", "noise").out();
        String[] sections = keys.split("# Into the (?:server|client)'s file, .*:\n");
        assertThat(keys).containsPattern("(?m)^private key: [A-Za-z0-9+/]{43}=$");

        // Pasted as they are, with what a section of a server's file has besides.
        String listen = "[[listen]]\nbind = \"127.0.0.1:0\"\n" + sections[1];
        try (Culvert server = server(listen + AUTH)) {
            carriesBytes(server, client(server, sections[2], AUTH));
        }
    }

    @Test
    void anotherPinIsFive() throws Exception {
        String other = find(
                "(?m)^public key: (\\S+)$",
                Culvert.run(directory, "keygen", "noise").out());
        try (Culvert server = server("[[listen]]\nbind = \"127.0.0.1:0\"\ntransport = \"noise\"\n" + AUTH)) {
            String pin = "transport = {type = \"noise\", pin = \"" + other + "\"}\n";

            Culvert client =
                    Culvert.run(directory, "client", client(server, pin, AUTH).toString());

            assertThat(client.exitCode()).as(client.toString()).isEqualTo(5);
            assertThat(client.err()).containsPattern("(?m)^CLV-2006: noise: .*pinned");
            server.await("CLV-4011");
        }
    }

    @Test
    void aKeyAloneLogsInAndAnotherIsFive() throws Exception {
        Path serverKey = directory.resolve("server.key");
        String pin = publicKey(Culvert.run(directory, "keygen", "noise", "--out", serverKey.toString()));
        Path clientKey = directory.resolve("client.key");
        String listed = publicKey(Culvert.run(directory, "keygen", "noise", "--out", clientKey.toString()));
        Path strangerKey = directory.resolve("stranger.key");
        String stranger = publicKey(Culvert.run(directory, "keygen", "noise", "--out", strangerKey.toString()));
        assertThat(Files.getPosixFilePermissions(serverKey)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        for (String pattern : List.of("XX", "IK", "KK")) {
            String listen = """
                    [[listen]]
                    bind = "127.0.0.1:0"
                    [[listen.transport]]
                    type = "noise"
                    pattern = "%s"
                    private_key = {file = "%s"}
                    [[listen.transport.peer]]
                    public_key = "%s"
                    principal = "alice"
                    account = "acme"
                    """.formatted(pattern, serverKey, listed);
            String transport = "transport = {type = \"noise\", pattern = \"" + pattern + "\", pin = \"" + pin
                    + "\", private_key = {file = \"%s\"}}\n";
            try (Culvert server = server(listen)) {
                carriesBytes(server, client(server, transport.formatted(clientKey), ""));
                server.await("session active .*principal=alice");

                Culvert refused = Culvert.run(
                        directory,
                        "client",
                        client(server, transport.formatted(strangerKey), "").toString());

                assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(5);
                assertThat(refused.err()).contains(stranger);
                assertThat(refused.err()).containsPattern(pattern.equals("KK") ? "(?m)^CLV-2006" : "(?m)^CLV-2012");
            }
        }
    }

    @Test
    void whatWasOverheardLogsNobodyIn() throws Exception {
        Path serverKey = directory.resolve("server.key");
        String pin = publicKey(Culvert.run(directory, "keygen", "noise", "--out", serverKey.toString()));
        Path clientKey = directory.resolve("client.key");
        String listed = publicKey(Culvert.run(directory, "keygen", "noise", "--out", clientKey.toString()));
        // The client's whole identity in the first message, no further login: what is easiest to repeat.
        String listen = """
                [[listen]]
                bind = "127.0.0.1:0"
                transport = {type = "noise", pattern = "IK", private_key = {file = "%s"}, peer = [{public_key = "%s", principal = "alice"}]}
                """.formatted(serverKey, listed);
        String transport = "transport = {type = \"noise\", pattern = \"IK\", pin = \"" + pin
                + "\", private_key = {file = \"" + clientKey + "\"}}\n";
        ByteArrayOutputStream overheard = new ByteArrayOutputStream();
        try (Culvert server = server(listen)) {
            int port = Accounts.controlPort(server);
            try (Relay relay = new Relay(port, overheard);
                    Culvert client = Culvert.start(
                            directory,
                            "client",
                            client(relay.port(), transport, "").toString())) {
                server.await("session active .*principal=alice");
                Pair.endpoint(client, "web");
            }
            byte[] bytes = overheard.toByteArray();
            assertThat(bytes).as("a handshake and what follows").hasSizeGreaterThan(200);

            try (var stranger = Visitor.connect(port)) {
                stranger.getOutputStream().write(bytes);

                // It hears an answer that it cannot use, and then nothing.
                assertThat(stranger.getInputStream().readAllBytes()).hasSizeLessThan(200);
            } catch (SocketException e) {
                // A reset says the same.
            }

            server.await("CLV-4016");
            assertThat(server.toString().split("session active", -1))
                    .as(server.toString())
                    .hasSize(2);
        }
    }

    private void carriesBytes(Culvert server, Path file) throws Exception {
        try (Culvert client = Culvert.start(directory, "client", file.toString())) {
            int port = Pair.endpoint(client, "web");
            byte[] bytes = Visitor.random(7, 3_000_000);
            try (Service echo = Service.start(localPort(file), (connection, in, out) -> {
                        in.transferTo(out);
                        connection.shutdownOutput();
                    });
                    var visitor = Visitor.connect(port)) {
                Thread writer = new Thread(() -> {
                    try {
                        visitor.getOutputStream().write(bytes);
                        visitor.shutdownOutput();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                writer.start();
                byte[] back = visitor.getInputStream().readAllBytes();
                writer.join();
                assertThat(Arrays.equals(back, bytes))
                        .as("%s%n%s", server, client)
                        .isTrue();
            }
        }
    }

    private static int localPort(Path file) throws IOException {
        return Integer.parseInt(find("local = \"127.0.0.1:(\\d+)\"", Files.readString(file, UTF_8)));
    }

    private Culvert server(String listen) {
        String text = listen + "\n[[protocol]]\ntype = \"tcp\"\nbind = \"127.0.0.1\"\n";
        Path file = Pair.write(directory, "server.toml", text);
        Culvert server = Culvert.start(
                Culvert.home(),
                directory,
                Map.of("CULVERT_DATA_DIRECTORY", directory.resolve("data").toString()),
                "server",
                file.toString(),
                "--admin",
                "0");
        server.await("^ready$");
        return server;
    }

    private Path client(Culvert server, String transport, String auth) throws IOException {
        return client(Accounts.controlPort(server), transport, auth);
    }

    private Path client(int port, String transport, String auth) throws IOException {
        String address = "server = \"127.0.0.1:" + port + "\"\n";
        String tunnel = Pair.tunnel("web", Service.nowhere(), 0);
        // Not ASCII alone: what keygen prints has an ellipsis in a comment.
        Path file = directory.resolve("client.toml");
        return Files.writeString(file, address + transport.replaceAll("(?m)^#.*\n", "") + "\n" + tunnel + auth);
    }

    private static String publicKey(Culvert keygen) {
        assertThat(keygen.exitCode()).as(keygen.toString()).isZero();
        assertThat(keygen.out()).doesNotContain("private key:");
        return find("(?m)^public key: (\\S+)$", keygen.out());
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher.group(1);
    }
}
