package com.example.xor;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.transport.Transport;
import dev.culvert.spi.transport.TransportFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.pf4j.Extension;

/**
 * {@code transport = {type = "xor", mask = 165}}.
 *
 * @param mask with what every byte is combined, 1 to 255, the same on both ends; default 165
 */
@Extension
@JsonTypeName("xor")
public record XorTransportFactory(
        @Nullable @Min(1) @Max(255) Integer mask) implements TransportFactory {

    /** Fills in the default. */
    public XorTransportFactory {
        mask = mask == null ? 165 : mask;
    }

    @Override
    public Transport build(PluginContext context) {
        return new XorTransport(mask);
    }
}
