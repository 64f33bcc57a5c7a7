package dev.culvert.spi;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** What the platform lends to a plugin. Handed to {@code build}; may be kept. */
public interface PluginContext {

    /** Which end this process is. */
    Role role();

    /**
     * Where a plugin may keep files, a directory that only this user can read. It exists after the first call.
     */
    Path dataDirectory();

    /** Sockets. */
    Network network();

    /** Runs what may block: disk, DNS, JDBC, password hashing. Bounded; refuses rather than queue without end. */
    Executor blocking();

    /** Runs what has to happen later. Tasks must be short and must not block. */
    ScheduledExecutorService scheduler();

    /**
     * Tells the operator something at start that is not an error, {@code the token has 8 characters …}: logged at WARN
     * and shown by {@code culvert check}.
     *
     * @param warning a sentence, without secrets
     */
    void warn(String warning);
}
