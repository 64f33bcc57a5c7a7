package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.stream.WrappedChannel;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * A connection to a service as a bridge sees it: the raw channel, with TLS in its pipeline, but with the ends of TLS, which are
 * not those of TCP. Costs nothing: every byte goes through the raw channel's own pipeline.
 */
final class ServiceTlsChannel extends WrappedChannel implements DuplexChannel {

    private final SslHandler tls;
    private final ServiceTlsEdge edge;
    private volatile boolean outputShutdown;

    ServiceTlsChannel(Channel raw, SslHandler tls, ServiceTlsEdge edge) {
        super(raw);
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
    public String toString() {
        return "tls " + below();
    }
}
