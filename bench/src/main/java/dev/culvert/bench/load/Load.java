package dev.culvert.bench.load;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The load tool's command line. Results are lines of {@code name value}. */
@Command(name = "load", description = "Puts load on a tunnel, and serves behind it.", mixinStandardHelpOptions = true)
final class Load {

    private Load() {}

    static CommandLine commandLine(PrintStream out) {
        return new CommandLine(new Load())
                .addSubcommand("service", new ServiceCommand(out))
                .addSubcommand("throughput", new ThroughputCommand(out))
                .addSubcommand("http", new HttpCommand(out))
                .addSubcommand("connect", new ConnectCommand(out))
                .addSubcommand("rtt", new RttCommand(out))
                .addSubcommand("udp", new UdpCommand(out))
                .addSubcommand("idle", new IdleCommand(out, System.in))
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    public static void main(String[] args) {
        System.exit(commandLine(System.out).execute(args));
    }
}
