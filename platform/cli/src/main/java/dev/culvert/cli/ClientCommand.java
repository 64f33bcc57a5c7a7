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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert client}. */
@Command(
        name = "client",
        description = "Runs a client: the end beside the private service.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert client config/client.toml",
            "  culvert client --server relay.example.com:4000 --token-file token --pin sha256/... \\",
            "                 --tunnel web:8080:80 --tunnel ssh:22:2222",
            "  culvert client --control-port 4444 --local 3000",
            "                                of a yamux relay, which authenticates nobody"
        })
final class ClientCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "the configuration; flags win over it")
    private @Nullable Path file;

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            description = "where the server is; port 4444 if none is given")
    private @Nullable String server;

    @Mixin
    private TokenOptions token;

    @Mixin
    private TransportOptions transport;

    @Option(
            names = "--tunnel",
            paramLabel = "NAME:LOCAL:REMOTE",
            description = "make a local port public, local first; may be repeated; the local host is optional: "
                    + "web:8080:80, web:10.0.0.5:8080:80, web:[::1]:8080:80, web:unix:/run/app.sock:80; "
                    + "UDP with /udp behind it: dns:53:5353/udp")
    private List<String> tunnels = new ArrayList<>();

    @Option(
            names = "--control-port",
            paramLabel = "PORT",
            description = "of a yamux relay: where it takes its client; default: 4444")
    private @Nullable Integer controlPort;

    @Option(
            names = "--local",
            paramLabel = "PORT",
            description = "of a yamux relay: port, host:port or unix:/path of the service; default: 3000")
    private @Nullable String local;

    @Option(
            names = "--once",
            description =
                    "end when the connection does, instead of connecting again: 0 if the server closed it, else 4")
    private boolean once;

    @Option(
            names = "--keep-trying",
            description = "go on, at the longest interval, when the first login or tunnel is refused, instead of "
                    + "ending with 5 or 6: for a machine that may start behind a captive portal")
    private boolean keepTrying;

    @Option(names = "--metrics", paramLabel = "HOST:PORT", description = "serve Prometheus metrics and the status here")
    private @Nullable String metrics;

    @Option(names = "--data-directory", paramLabel = "DIRECTORY", description = "where files are kept")
    private @Nullable Path dataDirectory;

    @Mixin
    private LoggingOptions logging;

    @Override
    public Integer call() throws InterruptedException {
        logging.apply();
        token.warn();
        Flags flags = file == null ? withoutFile() : overFile();
        return new ClientRun(file, flags, dataDirectory == null ? Directories.data() : dataDirectory)
                .run(spec.commandLine().getOut(), spec.commandLine().getErr())
                .value();
    }

    private Flags overFile() {
        Flags flags = new Flags();
        if (server != null) {
            flags.set("--server", "server", ClientFlags.server(server, controlPort));
        } else if (controlPort != null) {
            flags.port("--control-port", "server", controlPort);
        }
        if (local != null) {
            flags.set("--local", "tunnel[0].local", ClientFlags.localOrUrl(local));
        }
        if (!tunnels.isEmpty()) {
            flags.set("--tunnel", "tunnel", sections());
        }
        if (token.isGiven()) {
            flags.set("--token", "auth", List.of(java.util.Objects.requireNonNull(token.section())));
        }
        return common(flags);
    }

    private Flags withoutFile() {
        Flags flags = new Flags();
        boolean relay = controlPort != null || local != null;
        if (relay && !tunnels.isEmpty()) {
            throw usage("--tunnel does not go with --control-port and --local: a yamux relay has one tunnel");
        }
        if (relay) {
            flags.set("--server", "server", ClientFlags.server(server == null ? "127.0.0.1" : server, controlPort));
            flags.set("--control-port", "dialect", "raw");
            flags.set("--control-port", "transport", List.of("plain")); // whose other end may be anything
            flags.set("--control-port", "reconnect", false);
            Map<String, Object> tunnel = new LinkedHashMap<>();
            tunnel.put("type", "tcp");
            tunnel.put("name", "local");
            tunnel.put("local", ClientFlags.local(local == null ? "3000" : local));
            flags.set("--local", "tunnel", List.of(tunnel));
            return common(flags);
        }
        if (server == null) {
            throw usage("FILE or --server is required");
        }
        if (tunnels.isEmpty()) {
            throw usage("at least one --tunnel NAME:LOCAL:REMOTE is required");
        }
        flags.set("--server", "server", ClientFlags.server(server, null));
        flags.set("--tunnel", "tunnel", sections());
        Map<String, Object> auth = token.section();
        if (auth != null) {
            flags.set("--token", "auth", List.of(auth));
        }
        return common(flags);
    }

    private Flags common(Flags flags) {
        transport.addTo(flags);
        if (once) {
            flags.set("--once", "reconnect", false);
        }
        if (keepTrying) {
            flags.set("--keep-trying", "exit_on_refusal", false);
        }
        if (metrics != null) {
            flags.set("--metrics", "metrics", metrics);
        }
        return flags;
    }

    private List<Map<String, Object>> sections() {
        return tunnels.stream()
                .map(TunnelArgument::parse)
                .map(TunnelArgument::section)
                .toList();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
