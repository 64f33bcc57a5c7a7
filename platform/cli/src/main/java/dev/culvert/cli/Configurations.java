package dev.culvert.cli;

import dev.culvert.client.ClientConfiguration;
import dev.culvert.client.ClientFile;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.config.Loaded;
import dev.culvert.engine.plugin.KnownPlugins;
import dev.culvert.server.ServerConfiguration;
import dev.culvert.server.ServerFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads configurations with the distribution's plugins. */
final class Configurations {

    private final KnownPlugins plugins = new KnownPlugins(Directories.plugins());

    /** Those that have been loaded. */
    KnownPlugins plugins() {
        return plugins;
    }

    Loaded<ServerConfiguration> server(@Nullable Path file, Flags flags) {
        return ServerFile.read(flags.over(sources(file)), plugins);
    }

    Loaded<ClientConfiguration> client(@Nullable Path file, Flags flags) {
        return ClientFile.read(flags.over(sources(file)), plugins);
    }

    /** A server's or a client's file: a client's has the server's address where a server's has a table, or none. */
    Loaded<?> any(Path file) {
        return FileKind.of(file) == FileKind.CLIENT ? client(file, new Flags()) : server(file, new Flags());
    }

    private static ConfigurationSources sources(@Nullable Path file) {
        return file == null ? ConfigurationSources.none() : ConfigurationSources.file(file);
    }
}
