package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.transport.Transport;
import dev.culvert.testkit.TransportTck;
import java.util.Map;

final class WebSocketTransportTest extends TransportTck {

    @Override
    protected Transport client() {
        return new WebSocketTransport("/culvert", null, Map.of());
    }

    @Override
    protected Transport server() {
        return new WebSocketTransport("/culvert", null, Map.of());
    }

    @Override
    protected boolean keepsHalfClose() {
        return false;
    }

    @Override
    protected boolean hasHandshake() {
        return true;
    }

    @Override
    protected boolean changesBytes() {
        return true;
    }
}
