package dev.culvert.engine;

import static java.util.Objects.requireNonNull;

import dev.culvert.engine.net.Sockets;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What one process lends to its plugins: sockets, executors, a directory. Closing it ends its threads. */
public final class EngineContext implements PluginContext, AutoCloseable {

    private static final int BLOCKING_THREADS = 8;
    private static final int BLOCKING_QUEUE = 4096;
    private static final long IDLE_SECONDS = 30;

    private final Role role;
    private final Path dataDirectory;
    private final Sockets sockets;
    private final Consumer<String> warnings;
    private final ThreadPoolExecutor blocking;
    private final ScheduledThreadPoolExecutor scheduler;

    /**
     * Makes a context.
     *
     * @param role which end this process is
     * @param dataDirectory where files may be kept; made when first asked for
     * @param sockets the process's sockets, closed with this context
     * @param warnings takes what plugins warn about
     */
    public EngineContext(Role role, Path dataDirectory, Sockets sockets, Consumer<String> warnings) {
        this.role = requireNonNull(role, "role");
        this.dataDirectory = requireNonNull(dataDirectory, "dataDirectory");
        this.sockets = requireNonNull(sockets, "sockets");
        this.warnings = requireNonNull(warnings, "warnings");
        blocking = new ThreadPoolExecutor(
                BLOCKING_THREADS,
                BLOCKING_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(BLOCKING_QUEUE),
                daemons("culvert-blocking"));
        blocking.allowCoreThreadTimeOut(true);
        scheduler = new ScheduledThreadPoolExecutor(1, daemons("culvert-timer"));
        scheduler.setRemoveOnCancelPolicy(true);
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public Path dataDirectory() {
        try {
            if (!Files.isDirectory(dataDirectory)) {
                boolean posix = dataDirectory
                        .getFileSystem()
                        .supportedFileAttributeViews()
                        .contains("posix");
                if (posix) {
                    Files.createDirectories(
                            dataDirectory,
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                } else {
                    Files.createDirectories(dataDirectory);
                }
            }
            return dataDirectory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Sockets network() {
        return sockets;
    }

    @Override
    public Executor blocking() {
        return blocking;
    }

    @Override
    public ScheduledExecutorService scheduler() {
        return scheduler;
    }

    @Override
    public void warn(String warning) {
        warnings.accept(warning);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        blocking.shutdownNow();
        sockets.close();
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
