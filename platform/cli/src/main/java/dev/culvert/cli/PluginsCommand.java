package dev.culvert.cli;

import dev.culvert.engine.plugin.PluginInfo;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.plugin.PluginsSection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert plugins}: what was found, and where. */
@Command(
        name = "plugins",
        description = "Lists the plugins that would be loaded.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  culvert plugins", "  culvert plugins --directory /opt/culvert/plugins"})
final class PluginsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--directory",
            paramLabel = "DIRECTORY",
            description = "may be repeated; default: the distribution's")
    private List<Path> directories = new ArrayList<>();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Override
    public Integer call() {
        PluginsSection section = new PluginsSection(directories.isEmpty() ? null : directories, null);
        List<PluginInfo> plugins = Plugins.load(section, Directories.plugins()).all();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(plugins));
            return ExitCode.STOPPED.value();
        }
        for (PluginInfo plugin : plugins) {
            out.printf("%s %s%n", plugin.id(), plugin.version());
            out.printf("  provides  %s%n", provided(plugin));
            out.printf("  requires  SPI %s%n", plugin.requires());
            out.printf("  sha256    %s%n", plugin.sha256());
            out.printf("  from      %s%n", plugin.path());
        }
        out.printf("%d plugins. A changed jar takes effect at the next start.%n", plugins.size());
        return ExitCode.STOPPED.value();
    }

    private static String provided(PluginInfo plugin) {
        return plugin.names().entrySet().stream()
                .map(kind -> kind.getKey() + " " + String.join(", ", kind.getValue()))
                .collect(java.util.stream.Collectors.joining("; "));
    }
}
