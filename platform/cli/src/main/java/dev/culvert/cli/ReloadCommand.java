package dev.culvert.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert reload}: has a running process read its file again. */
@Command(
        name = "reload",
        description = "Has a running server, or a client with metrics on, read its file again.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert reload                                  the server on this machine",
            "  culvert reload /etc/culvert/client.toml         the process that this file is of",
            "  culvert reload --dry-run --at 127.0.0.1:4441    what would happen"
        })
final class ReloadCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "says which process: the one whose administration it names")
    private @Nullable Path file;

    @Mixin
    private AtOption at;

    @Option(names = "--dry-run", description = "change nothing, list what would")
    private boolean dryRun;

    @Option(names = "--json", description = "print the answer as it came")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        String address = at.address(file);
        var answer = new AdministrationCall(address).command("reload?dry_run=" + dryRun);
        PrintWriter out = spec.commandLine().getOut();
        if (!answer.isDone()) {
            return Refused.print(answer, spec.commandLine().getErr());
        }
        if (json) {
            out.println(answer.body());
            return ExitCode.STOPPED.value();
        }
        JsonNode plan = answer.json();
        int lines = print("added", plan, out) + print("changed", plan, out) + print("removed", plan, out);
        lines += print("restart", plan, out);
        print("note", plan.path("notes"), out);
        if (lines == 0) {
            out.println("nothing changes");
        } else {
            out.println(dryRun ? "dry run: nothing was done" : "done");
        }
        return ExitCode.STOPPED.value();
    }

    private static int print(String what, JsonNode plan, PrintWriter out) {
        JsonNode all = plan.isArray() ? plan : plan.path(what);
        all.forEach(one -> out.printf("%-9s %s%n", what, one.asText()));
        return all.size();
    }
}
