package dev.culvert.plugin.transport.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The connection below, in all but one thing: it has no half-close, since a WebSocket has none. To end the output of the
 * socket would take the Close frame's place, and look like an abort to the peer.
 */
final class WebSocketChannel implements Channel {

    private final Channel below;

    WebSocketChannel(Channel below) {
        this.below = below;
    }

    @Override
    public ChannelId id() {
        return below.id();
    }

    @Override
    public EventLoop eventLoop() {
        return below.eventLoop();
    }

    @Override
    public @Nullable Channel parent() {
        return below.parent();
    }

    @Override
    public ChannelConfig config() {
        return below.config();
    }

    @Override
    public boolean isOpen() {
        return below.isOpen();
    }

    @Override
    public boolean isRegistered() {
        return below.isRegistered();
    }

    @Override
    public boolean isActive() {
        return below.isActive();
    }

    @Override
    public ChannelMetadata metadata() {
        return below.metadata();
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return below.localAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return below.remoteAddress();
    }

    @Override
    public ChannelFuture closeFuture() {
        return below.closeFuture();
    }

    @Override
    public Unsafe unsafe() {
        return below.unsafe();
    }

    @Override
    public ChannelPipeline pipeline() {
        return below.pipeline();
    }

    @Override
    public <T> Attribute<T> attr(AttributeKey<T> key) {
        return below.attr(key);
    }

    @Override
    public <T> boolean hasAttr(AttributeKey<T> key) {
        return below.hasAttr(key);
    }

    @Override
    public int compareTo(Channel other) {
        return below.compareTo(other instanceof WebSocketChannel socket ? socket.below : other);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WebSocketChannel socket && socket.below.equals(below);
    }

    @Override
    public int hashCode() {
        return below.hashCode();
    }

    @Override
    public String toString() {
        return "websocket over " + below;
    }
}
