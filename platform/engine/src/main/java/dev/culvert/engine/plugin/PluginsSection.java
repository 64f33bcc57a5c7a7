package dev.culvert.engine.plugin;

import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where plugins come from: {@code [plugins]}.
 *
 * @param directories where the jars are; default: {@code plugins} beside the distribution's {@code lib}
 * @param allow the SHA-256 of every jar that may be loaded, in hex; default: all jars of the directories
 */
public record PluginsSection(
        @Nullable List<Path> directories,

        @Nullable
        List<@Pattern(regexp = "[0-9a-fA-F]{64}", message = "must be a SHA-256 in hex, 64 digits") String> allow) {

    /** The default directory, and every jar in it. */
    public static final PluginsSection DEFAULT = new PluginsSection(null, null);
}
