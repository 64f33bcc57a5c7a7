package dev.culvert.engine.wire;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.transport.TransportFactory;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One way to reach a server. In a file a name, a table or a list of layers; expanded to this before it is bound.
 *
 * @param layers the transports from the wire inwards
 * @param server an address of its own, or null for the client's
 */
public record TransportAlternative(
        @NotEmpty @Valid List<TransportFactory> layers,
        @Nullable HostPort server) {

    /** The types of its layers from the wire inwards, as people see them: {@code tls+websocket}. */
    public String types() {
        return layers.stream().map(TransportAlternative::typeOf).collect(Collectors.joining("+"));
    }

    /**
     * The name by which a file selects a factory.
     *
     * @param factory with a {@code @JsonTypeName}
     */
    public static String typeOf(Object factory) {
        JsonTypeName type = factory.getClass().getAnnotation(JsonTypeName.class);
        return type == null ? factory.getClass().getSimpleName() : type.value();
    }

    /**
     * Makes the transports.
     *
     * @param context what plugins are lent
     */
    public TransportLayers build(PluginContext context) {
        return new TransportLayers(layers.stream()
                .map(factory -> Plugins.withLoaderOf(factory, () -> factory.build(context)))
                .toList());
    }
}
