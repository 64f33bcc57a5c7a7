package dev.culvert.e2e;

import java.nio.file.Path;
import java.util.Map;

/** A server and clients that a test starts with an environment, a home or an address of their own. */
final class Ends implements AutoCloseable {

    private final Path directory;
    private final String host;
    private final Map<String, String> environment;
    private Culvert server;
    private String serverFile;
    private final int controlPort = Ports.free();
    private final int adminPort = Ports.free();

    private Ends(Path directory, String host, Map<String, String> environment) {
        this.directory = directory;
        this.host = host;
        this.environment = environment;
    }

    /** A server that listens for clients at an address; {@code lines} begin its file. */
    static Ends start(Path directory, String host, Map<String, String> environment, String... lines) {
        Ends ends = new Ends(directory, host, environment);
        ends.serverFile = String.join("\n", lines) + """

                [[listen]]
                bind = "%s:%s"
                transport = "plain"

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
                bind_host = "127.0.0.1"
                port = %s
                """;
        ends.startServer();
        ends.server.await("^ready$");
        return ends;
    }

    /** The server again, on the ports it had. */
    void startServer() {
        String text = serverFile.formatted(host, controlPort, Pair.TOKEN, adminPort);
        Path file = Pair.write(directory, "server.toml", text);
        server = Culvert.start(Culvert.home(), directory, environment, "server", file.toString());
    }

    /** A client of the server, perhaps by another way and from another place. */
    Culvert client(Path home, String name, String address, String... sections) {
        String text = "server = \"" + address + "\"\ntransport = \"plain\"\n" + String.join("\n", sections)
                + """

                [[auth]]
                type = "token"
                token = "%s"
                """.formatted(Pair.TOKEN);
        Path file = Pair.write(directory, name + ".toml", text);
        return Culvert.start(home, directory, environment, "client", file.toString());
    }

    Culvert client(String address, String... sections) {
        return client(Culvert.home(), "client", address, sections);
    }

    /** The public port of a tunnel, at whatever address the client knows its server by. */
    static int endpoint(Culvert client, String name) {
        return Integer.parseInt(client.await("^tcp://\\S+:(\\d+) -> .*\\[" + name + "\\]"));
    }

    Culvert server() {
        return server;
    }

    int controlPort() {
        return controlPort;
    }

    Administration administration() {
        return new Administration(adminPort);
    }

    @Override
    public void close() {
        server.close();
    }
}
