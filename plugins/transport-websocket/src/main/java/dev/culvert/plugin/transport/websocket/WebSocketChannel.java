package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.stream.WrappedChannel;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The connection below, in all but one thing: it has no half-close, since a WebSocket has none. To end the output of the
 * socket would take the Close frame's place, and look like an abort to the peer.
 */
final class WebSocketChannel extends WrappedChannel {

    WebSocketChannel(Channel below) {
        super(below);
    }

    @Override
    public int compareTo(Channel other) {
        return below().compareTo(other instanceof WebSocketChannel socket ? socket.below() : other);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WebSocketChannel socket && socket.below().equals(below());
    }

    @Override
    public int hashCode() {
        return below().hashCode();
    }

    @Override
    public String toString() {
        return "websocket over " + below();
    }
}
