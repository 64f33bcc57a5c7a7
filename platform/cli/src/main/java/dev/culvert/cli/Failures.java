package dev.culvert.cli;

import dev.culvert.engine.config.InvalidConfiguration;
import dev.culvert.spi.CulvertException;
import java.io.PrintWriter;

/** What a command says when it cannot do its work: a sentence with a code, never a stack trace. */
final class Failures {

    private Failures() {}

    static void print(Throwable failure, PrintWriter err) {
        if (failure instanceof InvalidConfiguration problems) {
            problems.problems().forEach(err::println);
        } else if (failure instanceof CulvertException) {
            err.println(failure.getMessage());
        } else {
            err.println("unexpected: " + failure + " (--log-level debug shows more)");
            org.slf4j.LoggerFactory.getLogger("culvert").debug("unexpected", failure);
        }
        err.flush();
    }

    static ExitCode codeOf(Throwable failure) {
        if (failure instanceof InvalidConfiguration) {
            return ExitCode.CONFIGURATION;
        }
        return failure instanceof CulvertException known ? ExitCode.of(known) : ExitCode.UNEXPECTED;
    }
}
