package dev.culvert.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.culvert.client.Check;
import dev.culvert.client.ClientConfiguration;
import dev.culvert.client.Diagnosis;
import dev.culvert.client.TunnelClient;
import dev.culvert.engine.config.InvalidConfiguration;
import dev.culvert.engine.config.Loaded;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import dev.culvert.server.ServerConfiguration;
import dev.culvert.server.TunnelServer;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert diagnose}: what is wrong, one row for each thing that can be. */
@Command(
        name = "diagnose",
        description =
                "Goes the way of a client, or looks at a server's file, and says of each step whether it is right.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert diagnose                        plugins and limits alone",
            "  culvert diagnose config/client.toml     names, connections, certificates, login, clocks, tunnels"
        })
final class DiagnoseCommand implements Callable<Integer> {

    private static final long CLIENT_FILES = 512;
    private static final long SERVER_FILES = 4096;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "a server's or a client's file")
    private @Nullable Path file;

    @Option(names = "--data-directory", paramLabel = "DIRECTORY", description = "where files are kept")
    private @Nullable Path dataDirectory;

    private boolean wrong;

    @Override
    public Integer call() throws InterruptedException {
        Path data = dataDirectory == null ? Directories.data() : dataDirectory;
        Configurations configurations = new Configurations();
        boolean client = file != null && FileKind.of(file) == FileKind.CLIENT;
        row(files(client ? CLIENT_FILES : SERVER_FILES));
        if (file == null) {
            row(plugins());
            return exit();
        }
        Loaded<?> loaded;
        try {
            loaded = configurations.any(file);
            check(loaded, data);
        } catch (InvalidConfiguration e) {
            e.problems().forEach(problem -> row(problem.code().code(), "configuration", problem.toString()));
            return exit();
        } catch (CulvertException e) {
            boolean plugin = e.code().number() >= 1100 && e.code().number() < 1200;
            row(Check.failed(plugin ? "plugins" : "configuration", e));
            return exit();
        }
        row(Check.ok("plugins", loaded.plugins().all().size() + " loaded"));
        row(Check.ok("configuration", String.valueOf(file)));
        if (loaded.value() instanceof ClientConfiguration configuration) {
            new Diagnosis(configuration.settings(data), this::row).run();
        }
        return exit();
    }

    private static void check(Loaded<?> loaded, Path data) {
        if (loaded.value() instanceof ServerConfiguration server) {
            TunnelServer.check(server.toSettings(data), warning -> {});
        } else if (loaded.value() instanceof ClientConfiguration client) {
            TunnelClient.check(client.settings(data), warning -> {});
        }
    }

    private static Check plugins() {
        try {
            var all = Plugins.load(PluginsSection.DEFAULT, Directories.plugins());
            return Check.ok("plugins", all.all().size() + " loaded");
        } catch (CulvertException e) {
            return Check.failed("plugins", e);
        }
    }

    private static Check files(long enough) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long most = system.getMaxFileDescriptorCount();
            return most >= enough
                    ? Check.ok("files", most + " may be open")
                    : Check.failed(
                            "files",
                            new CulvertException(
                                    ConfigError.FEW_DESCRIPTORS,
                                    most + " files and connections may be open (expected: at least " + enough + ")."));
        }
        return Check.ok("files", "this system does not say how many may be open");
    }

    private void row(Check check) {
        CulvertException failure = check.failure();
        row(
                failure == null ? "ok" : failure.code().code(),
                check.what(),
                failure == null
                        ? check.detail()
                        : check.detail() + " " + failure.code().remedy());
    }

    private void row(String result, String what, String detail) {
        wrong |= !result.equals("ok");
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%-9s %-14s %s%n", result, what, detail);
        out.flush();
    }

    private int exit() {
        return wrong ? ExitCode.UNEXPECTED.value() : ExitCode.STOPPED.value();
    }
}
