package dev.culvert.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert udp}: one service, one line. */
@Command(
        name = "udp",
        description = "Makes one UDP service public.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  CULVERT_TOKEN=clv_... culvert udp 53 --server relay.example.com --pin sha256/... \\",
            "              --remote-port 5353",
            "The server's file needs a [[protocol]] of type \"udp\", if it has any."
        })
final class UdpCommand implements Callable<Integer> {

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
        return service.run("udp", Map.of("port", remotePort));
    }
}
