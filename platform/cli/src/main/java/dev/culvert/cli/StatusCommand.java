package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert status}: asks a running server or client what it is doing. */
@Command(
        name = "status",
        description = "Shows what a running server, or a client with metrics on, is doing.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert status                                  the server on this machine",
            "  culvert status --at 127.0.0.1:4441              a client started with --metrics 127.0.0.1:4441",
            "  culvert status --host web.example.com            all figures of one public host",
            "  culvert status --json"
        })
final class StatusCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private AtOption at;

    @Option(names = "--json", description = "print the answer as it came")
    private boolean json;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "only what is public at this host, with all figures; :PORT for a tunnel without a host")
    private @Nullable String host;

    @Override
    public Integer call() throws InterruptedException {
        String body = new AdministrationCall(at.address()).status();
        PrintWriter out = spec.commandLine().getOut();
        try {
            JsonNode status = Json.read(body);
            if (host != null) {
                HostStatus only = HostStatus.of(status, host);
                if (json) {
                    out.println(only.json());
                } else {
                    only.print(out);
                }
            } else if (json) {
                out.println(body);
            } else {
                StatusTable.print(status, out);
            }
        } catch (IOException e) {
            throw new CulvertException(
                    WireError.PROTOCOL_VIOLATION, at.address() + " answers, but not with a status.", e);
        }
        return ExitCode.STOPPED.value();
    }
}
