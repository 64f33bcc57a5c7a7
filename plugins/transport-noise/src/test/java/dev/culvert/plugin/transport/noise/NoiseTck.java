package dev.culvert.plugin.transport.noise;

import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TransportTck;
import java.util.Optional;

/** The kit for one pattern. */
abstract class NoiseTck extends TransportTck {

    private final String pattern;

    NoiseTck(String pattern) {
        this.pattern = pattern;
    }

    @Override
    protected Transport client() {
        return Samples.client(pattern);
    }

    @Override
    protected Transport server() {
        return Samples.server(pattern);
    }

    @Override
    protected Optional<Transport> stranger() {
        return Optional.of(
                pattern.startsWith("NK")
                        ? Samples.client(pattern, Samples.CLIENT, Samples.STRANGER)
                        : Samples.client(pattern, Samples.STRANGER, Samples.SERVER));
    }

    @Override
    protected boolean bindsChannels() {
        return true;
    }
}
