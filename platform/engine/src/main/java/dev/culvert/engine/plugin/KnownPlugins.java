package dev.culvert.engine.plugin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The plugins of a process that reads its configuration more than once: each class is loaded once, so that what a newer
 * configuration leaves as it was is equal to what runs. Thread-safe.
 */
public final class KnownPlugins implements Function<PluginsSection, Plugins> {

    private final @Nullable Path defaultDirectory;
    private final List<String> notes = new ArrayList<>();
    private @Nullable Plugins loaded;

    /**
     * Knows none yet.
     *
     * @param defaultDirectory where the jars are if the file does not say; null for those of the class path only
     */
    public KnownPlugins(@Nullable Path defaultDirectory) {
        this.defaultDirectory = defaultDirectory;
    }

    /** Loads what is there and not loaded yet. What was loaded stays known, whatever becomes of the configuration. */
    @Override
    public synchronized Plugins apply(PluginsSection section) {
        notes.clear();
        Plugins now = loaded == null
                ? Plugins.load(section, defaultDirectory)
                : loaded.refreshed(section, defaultDirectory, notes::add);
        loaded = now;
        return now;
    }

    /** Which jars count only after a restart, as of the last time. */
    public synchronized List<String> notes() {
        return List.copyOf(notes);
    }
}
