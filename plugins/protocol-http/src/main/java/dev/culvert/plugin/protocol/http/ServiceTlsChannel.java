package dev.culvert.plugin.protocol.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import java.net.SocketAddress;

/**
 * A connection to a service as a bridge sees it: the raw channel, with TLS in its pipeline, but with the ends of TLS, which are
 * not those of TCP. Costs nothing: every byte goes through the raw channel's own pipeline.
 */
final class ServiceTlsChannel implements DuplexChannel {

    private final Channel raw;
    private final SslHandler tls;
    private final ServiceTlsEdge edge;
    private volatile boolean outputShutdown;

    ServiceTlsChannel(Channel raw, SslHandler tls, ServiceTlsEdge edge) {
        this.raw = raw;
        this.tls = tls;
        this.edge = edge;
    }

    @Override
    public boolean isInputShutdown() {
        return edge.hasEnded() || !isActive();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || !isActive();
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        // After what is queued: an empty write completes after all before it.
        writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            outputShutdown = true;
            if (!written.isSuccess()) {
                promise.tryFailure(written.cause());
            } else if (edge.isDeaf()) {
                promise.trySuccess();
            } else {
                tls.closeOutbound(promise);
            }
        });
        return promise;
    }

    /** TLS cannot tell a peer that its bytes are unwelcome: they are for the owner to drop. */
    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException("TLS has no end of the input but the peer's"));
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        return close(promise);
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
