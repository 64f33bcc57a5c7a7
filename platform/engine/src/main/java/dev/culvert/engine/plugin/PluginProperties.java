package dev.culvert.engine.plugin;

import static dev.culvert.spi.ConfigError.PLUGIN_INCOMPATIBLE;
import static dev.culvert.spi.ConfigError.PLUGIN_NOT_LOADED;

import dev.culvert.spi.CulvertException;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin says of itself in {@code plugin.properties}, at the root of its jar.
 *
 * @param id {@code plugin.id}
 * @param version {@code plugin.version}
 * @param requires {@code plugin.requires}, the SPI versions it works with
 * @param main {@code plugin.class}, for plugins that want PF4J's life cycle
 * @param errors {@code plugin.errors}, the enums that implement {@link dev.culvert.spi.ErrorCode}
 */
record PluginProperties(
        String id,
        String version,
        String requires,
        @Nullable String main,
        List<String> errors) {

    static final String FILE = "plugin.properties";

    static PluginProperties of(Properties properties, Path source) {
        if (!properties.getProperty("plugin.dependencies", "").isBlank()) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED, source + " has plugin.dependencies, but plugins do not see each other.");
        }
        String id = required(properties, "plugin.id", source);
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new CulvertException(
                    PLUGIN_NOT_LOADED, source + ": plugin.id has to be letters, digits, dots, dashes, at most 64.");
        }
        String requires = properties.getProperty("plugin.requires", "*").strip();
        refuseOtherVersions(requires, source);
        return new PluginProperties(
                id,
                required(properties, "plugin.version", source),
                requires,
                properties.getProperty("plugin.class"),
                Stream.of(properties.getProperty("plugin.errors", "").split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList());
    }

    private static String required(Properties properties, String key, Path source) {
        String value = properties.getProperty(key, "").strip();
        if (value.isEmpty()) {
            throw new CulvertException(PLUGIN_NOT_LOADED, source + ": " + FILE + " has no " + key + ".");
        }
        return value;
    }

    private static void refuseOtherVersions(String requires, Path source) {
        try {
            if (!SpiVersion.satisfies(requires)) {
                throw new CulvertException(
                        PLUGIN_INCOMPATIBLE,
                        source + " requires SPI " + requires + ", and this is " + SpiVersion.CURRENT + ".");
            }
        } catch (IllegalArgumentException e) {
            throw new CulvertException(
                    PLUGIN_INCOMPATIBLE,
                    source + ": plugin.requires: " + e.getMessage() + " (\">=0.1.0 & <0.2.0\").",
                    e);
        }
    }
}
