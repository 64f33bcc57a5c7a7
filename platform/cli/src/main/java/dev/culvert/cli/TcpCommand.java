package dev.culvert.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert tcp}: one service, one line. */
@Command(
        name = "tcp",
        description = "Makes one TCP service public.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  CULVERT_TOKEN=clv_... culvert tcp 3000 --server relay.example.com --pin sha256/...",
            "  culvert tcp 10.0.0.5:22 --server relay.example.com --token-file token \\",
            "              --remote-port 2222     whose certificate the system trusts"
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

    @Override
    public Integer call() throws InterruptedException {
        return service.run("tcp", Map.of("port", remotePort));
    }
}
