package dev.culvert.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert config}: what a file amounts to. */
@Command(
        name = "config",
        description = "Shows what a configuration amounts to, and makes one from another program's.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  culvert config show config/server.toml", "  culvert config import frpc.toml --out client.toml"},
        subcommands = {ConfigCommand.Show.class, ImportCommand.class})
final class ConfigCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a subcommand is required: show or import");
    }

    /** {@code culvert config show}. */
    @Command(
            name = "show",
            description = "Prints the effective configuration: every key, its value, and where that came from.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = "  culvert config show config/server.toml")
    static final class Show implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "a server's or a client's file")
        private Path file;

        @Override
        public Integer call() {
            spec.commandLine()
                    .getOut()
                    .print(new Configurations().any(file).effective().render());
            spec.commandLine().getOut().flush();
            return ExitCode.STOPPED.value();
        }
    }
}
