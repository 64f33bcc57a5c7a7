package dev.culvert.cli;

import ch.qos.logback.classic.Level;
import dev.culvert.spi.CulvertException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code culvert}. */
public final class Main {

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments as typed
     */
    public static void main(String[] arguments) {
        // Until a command sets it as its options say. Logback's own default is every detail, on standard output.
        Logging.configure(Level.WARN, false);
        int code = run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments);
        Logging.flush();
        System.exit(code);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = new CommandLine(new CulvertCommand());
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        boolean plain = System.getenv("NO_COLOR") != null;
        line.setColorScheme(CommandLine.Help.defaultColorScheme(plain ? Ansi.OFF : Ansi.AUTO));
        line.setExitCodeExceptionMapper(Main::codeOf);
        line.setParameterExceptionHandler((failure, typed) -> usage(failure));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof TypeConversionException) {
                return usage(new ParameterException(command, failure.getMessage(), failure));
            }
            Failures.print(failure, command.getErr());
            return codeOf(failure);
        });
        return line.execute(arguments);
    }

    private static int usage(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println(failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        command.usage(command.getErr(), command.getColorScheme());
        return ExitCode.USAGE.value();
    }

    private static int codeOf(Throwable failure) {
        ExitCode code = failure instanceof CulvertException known ? ExitCode.of(known) : Failures.codeOf(failure);
        return code.value();
    }
}
