package dev.culvert.engine.plugin;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code culvert plugins} says of a plugin.
 *
 * @param id which plugin it is
 * @param version its own version
 * @param requires the SPI versions it works with, {@code *} for any
 * @param names what it provides: the names that {@code type} selects, by kind
 * @param sha256 of the jar, in hex; null for a plugin that is part of the application
 * @param path where it came from
 */
public record PluginInfo(
        String id,
        String version,
        String requires,
        Map<String, SortedSet<String>> names,
        @Nullable String sha256,
        Path path) {}
