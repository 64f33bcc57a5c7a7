package dev.culvert.engine.control;

import dev.culvert.engine.config.ReloadPlan;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;

/** Has a process read its configuration again. */
@FunctionalInterface
public interface Reload {

    /** Of a process that has no file. */
    Reload IMPOSSIBLE = dryRun -> {
        throw new CulvertException(ConfigError.RELOAD_REFUSED, "this process was started without a file.");
    };

    /**
     * Reads, checks, and takes over what can be.
     *
     * @param dryRun whether it is only said what would happen
     * @throws RuntimeException if the configuration cannot be used; then nothing has changed
     */
    ReloadPlan reload(boolean dryRun);
}
