package dev.culvert.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert tcp}: one service, one line. */
@Command(
        name = "tcp",
        description = "Makes one TCP service public, or a proxy into the network of this machine.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  CULVERT_TOKEN=clv_... culvert tcp 3000 --server relay.example.com --pin sha256/...",
            "  culvert tcp 10.0.0.5:22 --server relay.example.com --token-file token \\",
            "              --remote-port 2222     whose certificate the system trusts",
            "  culvert tcp socks5 --destination 10.0.0.0/8:22 --destination '*.example.com:443' \\",
            "              --server relay.example.com --token-file token",
            "              a proxy: visitors ask for what is listed, and get nothing else"
        })
final class TcpCommand implements Callable<Integer> {

    @Mixin
    private OneService service;

    @Option(
            names = "--remote-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "the public port; default: the server picks one")
    private int remotePort;

    @Option(
            names = "--destination",
            paramLabel = "HOST:PORT",
            description = "where visitors of socks5 or http-proxy may go; may be repeated: 10.0.0.0/8:22, "
                    + "[fd00::/8]:443, db.internal.example:5432, *.example.com:8000-8999, 10.0.0.5:*")
    private List<String> destinations = new ArrayList<>();

    @Option(
            names = "--username",
            paramLabel = "NAME",
            description = "what visitors of socks5 or http-proxy have to give, with --password-file; default: nothing")
    private @Nullable String username;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "a file with the password for --username in its first line")
    private @Nullable Path passwordFile;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("port", remotePort);
        if (!destinations.isEmpty()) {
            keys.put("destinations", destinations);
        }
        if (username != null) {
            keys.put("username", username);
        }
        if (passwordFile != null) {
            keys.put("password", Map.of("file", passwordFile.toAbsolutePath().toString()));
        }
        return service.run("tcp", keys);
    }
}
