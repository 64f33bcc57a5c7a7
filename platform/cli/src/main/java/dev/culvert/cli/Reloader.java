package dev.culvert.cli;

import dev.culvert.engine.config.FileWatch;
import dev.culvert.engine.config.Loaded;
import dev.culvert.engine.config.ReloadPlan;
import dev.culvert.engine.control.Refusal;
import dev.culvert.engine.control.Reload;
import dev.culvert.engine.plugin.KnownPlugins;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a process's file again and has the process take it over: the same checks as {@code culvert check} come first, and
 * a file that does not pass them changes nothing. Thread-safe: one at a time.
 *
 * @param <T> what the file is
 */
final class Reloader<T> implements Reload, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger("culvert.config");

    private final Supplier<Loaded<T>> read;
    private final Loaded<T> running;
    private final List<String> fixed;
    private final KnownPlugins plugins;
    private final End<T> end;
    private final ScheduledExecutorService watching;

    /** Who takes a configuration over. */
    interface End<T> {

        /** Throws if the parts do not fit. */
        void check(T newer);

        /** What {@link #take} would do. */
        ReloadPlan plan(T newer);

        /** Takes over what can be. */
        ReloadPlan take(T newer);
    }

    /**
     * Makes one that does nothing until it is asked.
     *
     * @param read reads the file, with the flags that the process was started with
     * @param running what the process was started from
     * @param fixed keys of the file's top that count at the start only, and that the end knows nothing of
     * @param plugins those of the process
     * @param end who takes it over
     */
    Reloader(Supplier<Loaded<T>> read, Loaded<T> running, List<String> fixed, KnownPlugins plugins, End<T> end) {
        this.read = read;
        this.running = running;
        this.fixed = fixed;
        this.plugins = plugins;
        this.end = end;
        watching = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "culvert-config");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Reads again whenever the file changes. */
    void watch(Path file) {
        FileWatch.start(file, watching, () -> reloadFor("the file has changed"));
    }

    /** Reads again; what is wrong is in the log alone. */
    void reloadFor(String reason) {
        try {
            log.info("reading the configuration again: {}", reason);
            reload(false);
        } catch (RuntimeException e) {
            // Told by reload; whoever sent the signal hears nothing else.
            log.debug("not taken over", e);
        }
    }

    @Override
    public synchronized ReloadPlan reload(boolean dryRun) {
        try {
            Loaded<T> loaded = read.get();
            end.check(loaded.value());
            ReloadPlan plan = dryRun ? end.plan(loaded.value()) : end.take(loaded.value());
            List<String> notes = new ArrayList<>(loaded.warnings());
            notes.addAll(plugins.notes());
            plan = plan.withRestart(running.effective().differences(loaded.effective(), fixed))
                    .withNotes(notes);
            if (!dryRun) {
                tell(plan);
            }
            return plan;
        } catch (RuntimeException e) {
            if (!dryRun) {
                Refusal.of(e)
                        .problems()
                        .forEach(problem ->
                                log.warn("configuration not taken over, the one that runs stays: {}", problem));
            }
            throw e;
        }
    }

    private static void tell(ReloadPlan plan) {
        if (plan.isEmpty()) {
            log.info("configuration read again: nothing changes");
        } else {
            log.info(
                    "configuration taken over added={} changed={} removed={}",
                    plan.added(),
                    plan.changed(),
                    plan.removed());
        }
        if (!plan.restart().isEmpty()) {
            log.warn("these count only after a restart: {}", String.join(", ", plan.restart()));
        }
        plan.notes().forEach(note -> log.warn("{}", note));
    }

    @Override
    public void close() {
        watching.shutdownNow();
    }
}
