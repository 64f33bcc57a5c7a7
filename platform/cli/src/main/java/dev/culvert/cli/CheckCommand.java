package dev.culvert.cli;

import dev.culvert.client.ClientConfiguration;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.Loaded;
import dev.culvert.server.ServerConfiguration;
import dev.culvert.server.TunnelServer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert check}: validates without starting. */
@Command(
        name = "check",
        description = "Checks a configuration file without starting anything.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = "  culvert check config/server.toml")
final class CheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "a server's or a client's file")
    private Path file;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Loaded<?> loaded = new Configurations().any(file);
        List<String> warnings = new ArrayList<>(loaded.warnings());
        if (loaded.value() instanceof ServerConfiguration server) {
            TunnelServer.check(server.toSettings(Directories.data()), warnings::add);
        } else if (loaded.value() instanceof ClientConfiguration client) {
            TunnelClient.check(client.settings(Directories.data()), warnings::add);
        }
        warnings.forEach(warning -> out.println("warning: " + warning));
        out.println(file + ": ok");
        return ExitCode.STOPPED.value();
    }
}
