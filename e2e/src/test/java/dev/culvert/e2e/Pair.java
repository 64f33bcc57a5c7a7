package dev.culvert.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A server and a client of the native dialect with one token, as two files would make them. */
final class Pair implements AutoCloseable {

    static final String TOKEN = "0123456789abcdef0123456789abcdef";

    private final Path directory;
    private final String serverFile;
    private final int controlPort;
    private final int adminPort;
    private Culvert server;
    private Culvert client;
    private int clients;

    private Pair(Path directory, String serverFile, Culvert server) {
        this.directory = directory;
        this.serverFile = serverFile;
        this.server = server;
        controlPort = Integer.parseInt(server.await("^clients: port (\\d+)"));
        adminPort = Integer.parseInt(server.await("^status and metrics: http://127\\.0\\.0\\.1:(\\d+)"));
        server.await("^ready$");
    }

    /** Starts a server; {@code more} is appended to its file. */
    static Pair start(Path directory, String... more) {
        String file = """
                [[listen]]
                bind = "127.0.0.1:%s"
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
        String text = String.join("\n", more) + "\n" + file;
        return new Pair(directory, text, startServer(directory, text.formatted("0", TOKEN, "0")));
    }

    /** Starts a client with these {@code [[tunnel]]} sections, or other lines of its file before them. */
    Culvert client(String... sections) {
        client = startClient("127.0.0.1:" + controlPort, sections);
        return client;
    }

    Culvert startClient(String address, String... sections) {
        return startClient(address, List.of(), sections);
    }

    Culvert startClient(String address, List<String> flags, String... sections) {
        boolean saysHow = Arrays.stream(sections).anyMatch(section -> section.startsWith("transport"));
        String text = "server = \"" + address + "\"\n" + (saysHow ? "" : "transport = \"plain\"\n")
                + String.join("\n", sections)
                + """

                [[auth]]
                type = "token"
                token = "%s"
                """.formatted(TOKEN);
        Path file = write(directory, "client" + ++clients + ".toml", text);
        List<String> arguments = new ArrayList<>(List.of("client", file.toString()));
        arguments.addAll(flags);
        return Culvert.start(directory, arguments.toArray(String[]::new));
    }

    /** A {@code [[tunnel]]} section. */
    static String tunnel(String name, int local, int port, String... more) {
        return """
                [[tunnel]]
                type = "tcp"
                name = "%s"
                local = "127.0.0.1:%d"
                port = %d
                """.formatted(name, local, port) + String.join("\n", more) + "\n";
    }

    /** The public port of a tunnel, once the client has printed it. */
    static int endpoint(Culvert client, String name) {
        return Integer.parseInt(client.await("^tcp://127\\.0\\.0\\.1:(\\d+) -> .*\\[" + name + "\\]"));
    }

    /** Starts the server again on the same ports, after it has ended. */
    Culvert restartServer() {
        server.close();
        server = startServer(directory, serverFile.formatted(controlPort, TOKEN, adminPort));
        return server;
    }

    Culvert server() {
        return server;
    }

    Culvert client() {
        return client;
    }

    int controlPort() {
        return controlPort;
    }

    int adminPort() {
        return adminPort;
    }

    static Path write(Path directory, String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        server.close();
    }

    private static Culvert startServer(Path directory, String text) {
        Path file = write(directory, "server.toml", text);
        return Culvert.start(Culvert.home(), directory, Map.of(), "server", file.toString());
    }
}
