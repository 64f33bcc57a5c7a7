package dev.culvert.engine.config;

import dev.culvert.engine.plugin.Plugins;
import java.util.List;

/**
 * A configuration that can be used.
 *
 * @param value what it says
 * @param plugins those that it names
 * @param effective all of it, with defaults and origins, for {@code culvert config show}
 * @param warnings what somebody should know, but may be meant
 */
public record Loaded<T>(T value, Plugins plugins, EffectiveConfiguration effective, List<String> warnings) {

    /** Copies the list. */
    public Loaded {
        warnings = List.copyOf(warnings);
    }
}
