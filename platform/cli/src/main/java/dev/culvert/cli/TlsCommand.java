package dev.culvert.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert tls}: one service that speaks TLS itself, one line. */
@Command(
        name = "tls",
        description = "Makes one TLS service public by its name; nothing is decrypted on the way.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  CULVERT_TOKEN=clv_... culvert tls 8443 --host db.example.com \\",
            "              --server relay.example.com --pin sha256/...",
            "The server's file needs a [[protocol]] of type \"tls\"."
        })
final class TlsCommand implements Callable<Integer> {

    @Mixin
    private OneService service;

    @Option(
            names = "--host",
            required = true,
            paramLabel = "NAME",
            description = "the name that visitors ask for; one label alone is below the server's domain")
    private String host;

    @Override
    public Integer call() throws InterruptedException {
        return service.run("tls", Map.of("host", host));
    }
}
