package dev.culvert.cli;

import dev.culvert.engine.config.Loaded;
import dev.culvert.server.RunningServer;
import dev.culvert.server.ServerConfiguration;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert server}. */
@Command(
        name = "server",
        description = "Runs a server: the public end.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert server                                   prints a token, once",
            "  culvert server --port 4000 --token-file token    one token for all clients",
            "  culvert server config/server.toml                everything else",
            "  culvert server --control-port 4444 --public-port 8080",
            "                                a yamux relay, which authenticates nobody"
        })
final class ServerCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "the configuration; flags win over it")
    private @Nullable Path file;

    @Option(names = "--port", paramLabel = "PORT", description = "where clients connect; default: 4444")
    private @Nullable Integer port;

    @Mixin
    private TokenOptions token;

    @Option(names = "--transport", paramLabel = "NAME", description = "how connections are made private; default: tls")
    private @Nullable String transport;

    @Option(
            names = "--control-port",
            paramLabel = "PORT",
            description = "for a yamux relay: where its client connects; default: 4444")
    private @Nullable Integer controlPort;

    @Option(
            names = "--public-port",
            paramLabel = "PORT",
            description = "for a yamux relay: where visitors connect; default: 8080")
    private @Nullable Integer publicPort;

    @Option(
            names = "--insecure-public",
            description = "for a yamux relay: let everybody be its client, not this machine only")
    private boolean insecurePublic;

    @Option(names = "--admin", paramLabel = "PORT", description = "administration on 127.0.0.1; default: 4440")
    private @Nullable Integer admin;

    @Option(names = "--data-directory", paramLabel = "DIRECTORY", description = "where files are kept")
    private @Nullable Path dataDirectory;

    @Mixin
    private LoggingOptions logging;

    @Override
    public Integer call() throws InterruptedException {
        logging.apply();
        token.warn();
        Configurations configurations = new Configurations();
        Flags flags = flags();
        Loaded<ServerConfiguration> loaded = configurations.server(file, flags);
        var log = LoggerFactory.getLogger("culvert.server");
        loaded.warnings().forEach(log::warn);
        FirstToken first = file == null ? FirstToken.ifNeeded(loaded.value(), data()) : null;
        try (RunningServer server = RunningServer.start(loaded.value(), data());
                Reloader<ServerConfiguration> reloader = new Reloader<>(
                        () -> configurations.server(file, flags),
                        loaded,
                        ServerReload.FIXED,
                        configurations.plugins(),
                        new ServerReload(server.tunnels(), data()))) {
            if (file != null) {
                server.reloadBy(reloader);
                if (loaded.value().reloadOnChange()) {
                    reloader.watch(file);
                }
            }
            PrintWriter out = spec.commandLine().getOut();
            boolean explain = file == null && !loaded.value().auth().isEmpty();
            ServerGreeting.print(server, first, explain, out);
            GracefulStop stop = new GracefulStop(
                    server.tunnels().drainTimeout(), file == null ? null : () -> reloader.reloadFor("SIGHUP"));
            stop.await();
            stop.finish(server::stop);
        }
        return ExitCode.STOPPED.value();
    }

    private Path data() {
        return dataDirectory == null ? Directories.data() : dataDirectory;
    }

    private Flags flags() {
        return file == null ? withoutFile() : overFile();
    }

    private Flags overFile() {
        Flags flags = new Flags();
        Integer control = port == null ? controlPort : port;
        if (control != null) {
            flags.port(port == null ? "--control-port" : "--port", "listen[0].bind", control);
        }
        if (transport != null) {
            flags.set("--transport", "listen[0].transport", List.of(Map.of("type", transport)));
        }
        if (insecurePublic) {
            flags.set("--insecure-public", "listen[0].insecure_public", true);
        }
        if (publicPort != null) {
            flags.set("--public-port", "tunnel[0].port", publicPort);
        }
        Map<String, Object> auth = token.section();
        if (auth != null && token.isGiven()) {
            flags.set("--token", "auth", List.of(auth));
        }
        return withAdministration(flags);
    }

    private Flags withoutFile() {
        Flags flags = new Flags();
        boolean relay = controlPort != null || publicPort != null;
        Map<String, Object> listen = new LinkedHashMap<>();
        if (relay) {
            listen.put("bind", (insecurePublic ? "" : "127.0.0.1") + ":" + (controlPort == null ? 4444 : controlPort));
            listen.put("dialect", "raw");
            listen.put("transport", "plain"); // any yamux program can be the client
            listen.put("insecure_public", insecurePublic);
            Map<String, Object> tunnel = new LinkedHashMap<>();
            tunnel.put("type", "tcp");
            tunnel.put("name", "public");
            tunnel.put("port", publicPort == null ? 8080 : publicPort);
            tunnel.put("on_conflict", "replace");
            flags.set("--public-port", "tunnel", List.of(tunnel));
        } else {
            listen.put("bind", ":" + (port == null ? 4444 : port));
            Map<String, Object> auth = token.section();
            flags.set("--token", "auth", List.of(auth == null ? Map.of("type", "token") : auth));
        }
        flags.set(relay ? "--control-port" : "--port", "listen", List.of(listen));
        if (transport != null) {
            flags.set("--transport", "listen[0].transport", transport);
        }
        return withAdministration(flags);
    }

    private Flags withAdministration(Flags flags) {
        return admin == null ? flags : flags.administration("--admin", admin);
    }
}
