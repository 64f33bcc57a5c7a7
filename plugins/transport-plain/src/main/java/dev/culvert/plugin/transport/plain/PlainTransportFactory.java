package dev.culvert.plugin.transport.plain;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.transport.Transport;
import dev.culvert.spi.transport.TransportFactory;
import org.pf4j.Extension;

/** Encrypts nothing: for loopback, tests and networks that are private already. {@code transport = ["plain"]}. */
@Extension
@JsonTypeName("plain")
public record PlainTransportFactory() implements TransportFactory {

    @Override
    public Transport build(PluginContext context) {
        return new PlainTransport();
    }
}
