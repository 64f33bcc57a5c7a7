package dev.culvert.e2e;

import java.nio.file.Path;

/** A server that knows two people, and what their clients' files look like. */
final class Accounts {

    /** May do anything. */
    static final String ALICE = "clv_alice_1veZfLWY3H65l3FkXhtpaLK_bK0eq1jA-2W1XbxdcKM";

    /** May open tunnels whose names begin with {@code b}. */
    static final String BOB = "clv_bob_V5-D9GooOeJEKwrGpzRPH-Cq25Jt2ATZYlFsC9x1_kU";

    private static final String SERVER = """
            [[listen]]
            bind = "127.0.0.1:%d"
            transport = "plain"
            [[auth]]
            type = "token"
            [[auth.tokens]]
            name = "alice"
            verifier = "SCRAM-SHA-256$4096:ywOob0SB74xOkb8NbcOc5A==$KJ41LB2N4xB9pOayZzVI5FSE5Lo7sp0A8LeNAGBG1D8=:MNRgwA5AdpCkyQmC8zGsefPFwnbrvTT51XFYkYVlohw="
            [[auth.tokens]]
            name = "bob"
            verifier = "SCRAM-SHA-256$4096:ELcXpTtujGMjS3x6qQ70qw==$IbsBoNqcDC6iU25UXuOcbNDN3aua5PplMi9ERUIwjeA=:bi/WxU3lbuDF9zanLFy8XNwgjlTbOzb3n5kkRpwvul8="
            names = ["b*"]
            [[protocol]]
            type = "tcp"
            bind = "127.0.0.1"
            """;

    private Accounts() {}

    /** Starts the server, on a port of its choice if that is 0. */
    static Culvert server(Path directory, int port) {
        Path file = Pair.write(directory, "accounts.toml", SERVER.formatted(port));
        Culvert server = Culvert.start(directory, "server", file.toString(), "--admin", "0");
        server.await("^ready$");
        return server;
    }

    static int controlPort(Culvert server) {
        return Integer.parseInt(server.await("^clients: port (\\d+)"));
    }

    /** Writes a client's file; no token means no {@code [[auth]]}. */
    static Path clientFile(Path directory, String name, int server, String token, String... sections) {
        String auth = token.isEmpty() ? "" : "[[auth]]\ntype = \"token\"\ntoken = \"" + token + "\"\n";
        String text = "server = \"127.0.0.1:" + server + "\"\ntransport = \"plain\"\nmax_interval = \"500ms\"\n";
        return Pair.write(directory, name + ".toml", text + auth + String.join("\n", sections));
    }
}
