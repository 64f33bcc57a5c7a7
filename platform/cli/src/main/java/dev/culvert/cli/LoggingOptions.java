package dev.culvert.cli;

import ch.qos.logback.classic.Level;
import picocli.CommandLine.Option;

/** What every long-running command can be told about its log. */
final class LoggingOptions {

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info, debug or trace; default: ${DEFAULT-VALUE}")
    private Threshold level = Threshold.INFO;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text or json; default: ${DEFAULT-VALUE}")
    private Format format = Format.TEXT;

    void apply() {
        Logging.configure(Level.toLevel(level.name()), format == Format.JSON);
    }

    /** Levels as people write them. */
    enum Threshold {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** How a line looks. */
    enum Format {
        TEXT,
        JSON
    }
}
