package dev.culvert.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert resume}: the end of a pause. */
@Command(
        name = "resume",
        description = "Takes the visitors of a paused tunnel again.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = "  culvert resume web")
final class ResumeCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "the tunnel's, as culvert status lists it")
    private String name;

    @Mixin
    private AtOption at;

    @Override
    public Integer call() throws InterruptedException {
        return PauseCommand.tell(spec, at, name, "resume");
    }
}
