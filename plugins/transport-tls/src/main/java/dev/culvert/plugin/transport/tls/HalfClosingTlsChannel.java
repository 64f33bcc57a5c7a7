package dev.culvert.plugin.transport.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * A connection of which one direction can end before the other, as TLS 1.3 allows (RFC 8446, section 6.1): the end of
 * the output is {@code close_notify}, the end of the input is the peer's.
 */
final class HalfClosingTlsChannel extends TlsChannel implements DuplexChannel {

    private final SslHandler tls;
    private final InsideHandler inside;
    private volatile boolean outputShutdown;

    HalfClosingTlsChannel(Channel raw, SslHandler tls, InsideHandler inside) {
        super(raw);
        this.tls = tls;
        this.inside = inside;
    }

    @Override
    public boolean isInputShutdown() {
        return inside.hasEnded() || !isActive();
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
            if (written.isSuccess()) {
                tls.closeOutbound(promise);
            } else {
                promise.tryFailure(written.cause());
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
}
