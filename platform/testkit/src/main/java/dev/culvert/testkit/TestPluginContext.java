package dev.culvert.testkit;

import dev.culvert.spi.Network;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What the platform lends to a plugin: a directory, threads, an ear for warnings, and sockets if the test has them. */
public final class TestPluginContext implements PluginContext, AutoCloseable {

    private final Role role;
    private final Path dataDirectory;
    private final @Nullable Network network;
    private final ExecutorService blocking = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    /**
     * Makes a context without sockets.
     *
     * @param role which end it plays
     * @param dataDirectory an existing directory
     */
    public TestPluginContext(Role role, Path dataDirectory) {
        this(role, dataDirectory, null);
    }

    /**
     * Makes a context.
     *
     * @param role which end it plays
     * @param dataDirectory an existing directory
     * @param network sockets, or null for a plugin that opens none
     */
    public TestPluginContext(Role role, Path dataDirectory, @Nullable Network network) {
        this.role = role;
        this.dataDirectory = dataDirectory;
        this.network = network;
    }

    /** What the plugin warned about, in order. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public Path dataDirectory() {
        return dataDirectory;
    }

    @Override
    public Network network() {
        if (network == null) {
            throw new IllegalStateException("a plugin of this kind opens no connection");
        }
        return network;
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
        warnings.add(warning);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        blocking.shutdownNow();
    }
}
