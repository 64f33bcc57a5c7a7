package dev.culvert.plugin.transport.tls;

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

/**
 * A connection as its owner sees it: the raw channel, with TLS in its pipeline, but without the ends of TCP, which are
 * not those of what lies inside. Costs nothing: every byte goes through the raw channel's own pipeline.
 */
class TlsChannel implements Channel {

    private final Channel raw;

    TlsChannel(Channel raw) {
        this.raw = raw;
    }

    @Override
    public ChannelId id() {
        return raw.id();
    }

    @Override
    public EventLoop eventLoop() {
        return raw.eventLoop();
    }

    @Override
    public Channel parent() {
        return raw.parent();
    }

    @Override
    public ChannelConfig config() {
        return raw.config();
    }

    @Override
    public boolean isOpen() {
        return raw.isOpen();
    }

    @Override
    public boolean isRegistered() {
        return raw.isRegistered();
    }

    @Override
    public boolean isActive() {
        return raw.isActive();
    }

    @Override
    public ChannelMetadata metadata() {
        return raw.metadata();
    }

    @Override
    public SocketAddress localAddress() {
        return raw.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return raw.remoteAddress();
    }

    @Override
    public ChannelFuture closeFuture() {
        return raw.closeFuture();
    }

    @Override
    public Unsafe unsafe() {
        return raw.unsafe();
    }

    @Override
    public ChannelPipeline pipeline() {
        return raw.pipeline();
    }

    @Override
    public <T> Attribute<T> attr(AttributeKey<T> key) {
        return raw.attr(key);
    }

    @Override
    @SuppressWarnings("deprecation") // the interface has it
    public <T> boolean hasAttr(AttributeKey<T> key) {
        return raw.hasAttr(key);
    }

    @Override
    public int compareTo(Channel other) {
        return id().compareTo(other.id());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Channel channel && id().equals(channel.id());
    }

    @Override
    public int hashCode() {
        return id().hashCode();
    }

    @Override
    public String toString() {
        return "tls " + raw;
    }
}
