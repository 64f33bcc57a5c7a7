package dev.culvert.engine.wire;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.mux.MultiplexerFactory;

/** {@code multiplexer = "none"}: the dialect frames its own streams. */
@JsonTypeName("none")
public record NoMultiplexer() implements MultiplexerFactory {

    @Override
    public Multiplexer build(PluginContext context) {
        return (connection, role) -> {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS, "multiplexer: \"none\", but the dialect needs one.");
        };
    }
}
