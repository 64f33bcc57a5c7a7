package dev.culvert.cli;

import dev.culvert.spi.Network;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a command lends to a plugin that only has to read and write files: nothing listens, nothing runs. */
final class OfflineContext implements PluginContext {

    private static final Logger log = LoggerFactory.getLogger("culvert");

    private final Role role;
    private final Path dataDirectory;

    OfflineContext(Role role, Path dataDirectory) {
        this.role = role;
        this.dataDirectory = dataDirectory;
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public Path dataDirectory() {
        try {
            return Files.createDirectories(dataDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Network network() {
        throw new IllegalStateException("this command has no sockets");
    }

    @Override
    public Executor blocking() {
        return Runnable::run;
    }

    @Override
    public ScheduledExecutorService scheduler() {
        throw new IllegalStateException("this command has no timers");
    }

    @Override
    public void warn(String warning) {
        log.warn("{}", warning);
    }
}
