package dev.culvert.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.engine.config.ConfigurationLoader;
import dev.culvert.engine.config.ConfigurationMapper;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.config.Loaded;
import dev.culvert.engine.config.Shape;
import dev.culvert.engine.plugin.KnownPlugins;
import dev.culvert.engine.wire.NoMultiplexer;
import dev.culvert.engine.wire.WireShapes;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads clients' files. */
public final class ClientFile {

    private ClientFile() {}

    /**
     * Reads a client's configuration.
     *
     * @param sources a file, flags, variables
     * @param plugins the default directory of plugins; null for those of the class path only
     */
    public static Loaded<ClientConfiguration> load(ConfigurationSources sources, @Nullable Path plugins) {
        return read(sources, new KnownPlugins(plugins));
    }

    /**
     * Reads a configuration in a process that does so more than once.
     *
     * @param sources a file, flags, variables
     * @param plugins those that are loaded, and may become more
     */
    public static Loaded<ClientConfiguration> read(ConfigurationSources sources, KnownPlugins plugins) {
        ObjectMapper mapper = ConfigurationMapper.create();
        mapper.registerSubtypes(NoMultiplexer.class);
        List<Shape> shapes = List.of(WireShapes.alternative(), WireShapes.section(ClientConfiguration.class));
        return new ConfigurationLoader<>(ClientConfiguration.class, mapper, shapes, plugins).load(sources);
    }
}
