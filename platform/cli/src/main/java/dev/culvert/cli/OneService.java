package dev.culvert.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands that make one service public have in common. */
final class OneService {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SERVICE",
            description =
                    "port, host:port or unix:/path; for tcp also socks5 or http-proxy; for http also a URL or a directory")
    private String service;

    @Option(
            names = "--server",
            required = true,
            paramLabel = "HOST:PORT",
            description = "where the server is; port 4444 if none is given")
    private String server;

    @Mixin
    private TokenOptions token;

    @Mixin
    private TransportOptions transport;

    @Option(names = "--name", paramLabel = "NAME", description = "the tunnel's name; default: TYPE-PORT")
    private @Nullable String name;

    @Option(names = "--data-directory", paramLabel = "DIRECTORY", description = "where files are kept")
    private @Nullable Path dataDirectory;

    @Mixin
    private LoggingOptions logging;

    /**
     * Runs a client with one tunnel.
     *
     * @param type of the tunnel
     * @param more keys of it
     */
    int run(String type, Map<String, Object> more) throws InterruptedException {
        return run(type, more, ClientFlags.local(service));
    }

    /** The same for a service that may be given by its URL, or be a directory. */
    int runAtUrl(String type, Map<String, Object> more) throws InterruptedException {
        return run(type, more, ClientFlags.localOrUrl(service));
    }

    /** The tunnel's name; null if none was given. */
    @Nullable
    String name() {
        return name;
    }

    private int run(String type, Map<String, Object> more, String local) throws InterruptedException {
        logging.apply();
        token.warn();
        Map<String, Object> tunnel = new LinkedHashMap<>();
        tunnel.put("type", type);
        tunnel.put("name", name == null ? type + "-" + lastPart(local) : name);
        tunnel.put("local", local);
        tunnel.putAll(more);
        Flags flags = new Flags();
        flags.set("--server", "server", ClientFlags.server(server, null));
        flags.set("SERVICE", "tunnel", List.of(tunnel));
        transport.addTo(flags);
        Map<String, Object> auth = token.section();
        if (auth != null) {
            flags.set("--token", "auth", List.of(auth));
        }
        return new ClientRun(null, flags, dataDirectory == null ? Directories.data() : dataDirectory)
                .run(spec.commandLine().getOut(), spec.commandLine().getErr())
                .value();
    }

    /** A port, or the name of a socket's file, as far as a tunnel's name may have it. */
    private static String lastPart(String local) {
        String whole = local.endsWith("/") ? local.substring(0, local.length() - 1) : local;
        String last = whole.substring(Math.max(whole.lastIndexOf(':'), whole.lastIndexOf('/')) + 1);
        return last.replaceAll("[^A-Za-z0-9._-]", "-");
    }
}
