package dev.culvert.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The root: says what there is. */
@Command(
        name = "culvert",
        description = "Makes a service behind NAT public through a server you run.",
        versionProvider = VersionCommand.Provider.class,
        mixinStandardHelpOptions = true,
        subcommands = {
            ServerCommand.class,
            ClientCommand.class,
            TcpCommand.class,
            HttpCommand.class,
            TlsCommand.class,
            UdpCommand.class,
            StatusCommand.class,
            ReloadCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            CheckCommand.class,
            DiagnoseCommand.class,
            ConfigCommand.class,
            PluginsCommand.class,
            TokenCommand.class,
            KeygenCommand.class,
            DemoCommand.class,
            WarmUpCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert demo                                   see it work on this machine",
            "  culvert server                                 prints the line for clients",
            "  culvert tcp 3000 --server relay.example.com    make port 3000 public",
            "",
            "Exit codes: 0 stopped, 1 unexpected, 2 usage, 3 configuration, 4 unreachable,",
            "5 authentication refused, 6 port or name refused, 7 plugin."
        })
final class CulvertCommand {}
