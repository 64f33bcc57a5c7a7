package dev.culvert.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert pause}: a tunnel keeps its endpoint and refuses its visitors. */
@Command(
        name = "pause",
        description = "Refuses a tunnel's visitors; its endpoint is kept, and open connections go on.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  culvert pause web                         on the server of this machine",
            "  culvert pause laptop/web                  of this account, where several have one",
            "  culvert pause web --at 127.0.0.1:4441     on a client with metrics"
        })
final class PauseCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "the tunnel's, as culvert status lists it")
    private String name;

    @Mixin
    private AtOption at;

    @Override
    public Integer call() throws InterruptedException {
        return tell(spec, at, name, "pause");
    }

    static int tell(CommandSpec spec, AtOption at, String name, String what) throws InterruptedException {
        String path = "tunnels/" + AdministrationCall.encoded(name) + "/" + what;
        var answer = new AdministrationCall(at.address()).command(path);
        if (!answer.isDone()) {
            return Refused.print(answer, spec.commandLine().getErr());
        }
        spec.commandLine().getOut().println(name + ": " + what + "d");
        return ExitCode.STOPPED.value();
    }
}
