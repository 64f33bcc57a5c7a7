package dev.culvert.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.engine.config.ConfigurationLoader;
import dev.culvert.engine.config.ConfigurationMapper;
import dev.culvert.engine.config.ConfigurationSources;
import dev.culvert.engine.config.Loaded;
import dev.culvert.engine.config.Shape;
import dev.culvert.engine.plugin.KnownPlugins;
import dev.culvert.engine.wire.NoMultiplexer;
import dev.culvert.engine.wire.WireShapes;
import io.dropwizard.jackson.Jackson;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads servers' files. */
public final class ServerFile {

    private ServerFile() {}

    /**
     * Reads a server's configuration.
     *
     * @param sources a file, flags, variables
     * @param plugins the default directory of plugins; null for those of the class path only
     */
    public static Loaded<ServerConfiguration> load(ConfigurationSources sources, @Nullable Path plugins) {
        return read(sources, new KnownPlugins(plugins));
    }

    /**
     * Reads a configuration in a process that does so more than once.
     *
     * @param sources a file, flags, variables
     * @param plugins those that are loaded, and may become more
     */
    public static Loaded<ServerConfiguration> read(ConfigurationSources sources, KnownPlugins plugins) {
        ObjectMapper mapper = ConfigurationMapper.configure(Jackson.newObjectMapper());
        mapper.registerSubtypes(NoMultiplexer.class);
        List<Shape> shapes = List.of(
                WireShapes.alternative(),
                WireShapes.section(ListenSettings.class),
                new Shape(ServerConfiguration.class, ServerFile::withProtocols));
        Loaded<ServerConfiguration> loaded =
                new ConfigurationLoader<>(ServerConfiguration.class, mapper, shapes, plugins).load(sources);
        loaded.value().loadedWith(loaded.plugins());
        return loaded;
    }

    private static JsonNode withProtocols(JsonNode written) {
        if (!(written instanceof ObjectNode table) || table.has("protocol")) {
            return written;
        }
        ObjectNode configuration = table.deepCopy();
        configuration.putArray("protocol").add("tcp").add("udp");
        return configuration;
    }
}
