package dev.culvert.plugin.transport.plain;

import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TransportTck;

final class PlainTransportTest extends TransportTck {

    @Override
    protected Transport client() {
        return new PlainTransport();
    }

    @Override
    protected Transport server() {
        return new PlainTransport();
    }
}
