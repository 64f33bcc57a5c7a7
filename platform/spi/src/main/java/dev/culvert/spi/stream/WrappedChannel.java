package dev.culvert.spi.stream;

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
 * A channel that is another one in all that its subclass does not change: for a transport whose ends, or whose half-close,
 * are not those of the connection below. Costs nothing: every byte goes through the pipeline of the channel below, and it is
 * equal to every channel of the same id.
 */
public abstract class WrappedChannel implements Channel {

    private final Channel below;

    /**
     * Wraps a channel.
     *
     * @param below whose pipeline, loop, configuration and end this one has
     */
    protected WrappedChannel(Channel below) {
        this.below = below;
    }

    /** The channel that is wrapped. */
    protected final Channel below() {
        return below;
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
    @SuppressWarnings("deprecation") // the interface has it
    public <T> boolean hasAttr(AttributeKey<T> key) {
        return below.hasAttr(key);
    }

    @Override
    public int compareTo(Channel other) {
        return id().compareTo(other.id());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Channel channel && id().equals(channel.id());
    }

    @Override
    public int hashCode() {
        return id().hashCode();
    }
}
