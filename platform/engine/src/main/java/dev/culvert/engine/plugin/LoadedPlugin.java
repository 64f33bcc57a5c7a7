package dev.culvert.engine.plugin;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plugin whose classes are there.
 *
 * @param properties what it says of itself
 * @param factories its extensions
 * @param loader where its classes come from
 * @param path where it came from
 * @param sha256 of the jar; null for a part of the application
 */
record LoadedPlugin(
        PluginProperties properties,
        List<Class<?>> factories,
        ClassLoader loader,
        Path path,
        @Nullable String sha256) {

    PluginInfo info() {
        return new PluginInfo(
                properties.id(), properties.version(), properties.requires(), Factories.names(factories), sha256, path);
    }
}
