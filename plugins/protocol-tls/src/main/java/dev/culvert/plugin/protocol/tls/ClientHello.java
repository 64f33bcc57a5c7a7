package dev.culvert.plugin.protocol.tls;

import dev.culvert.spi.HostName;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a whole ClientHello, however it is fragmented, and tells the name in it (RFC 6066, section 3). Everything
 * that was read goes on to the next handler when this one is removed.
 */
final class ClientHello extends AbstractSniHandler<Void> {

    /** Enough for post-quantum key shares; what is longer is no ClientHello that anybody sends. */
    private static final int MOST_BYTES = 16 * 1024;

    private final Consumer<@Nullable HostName> named;
    private final Consumer<Throwable> failed;

    /**
     * Makes a handler for one connection.
     *
     * @param timeout how long the visitor may take
     * @param named told once, on the loop; null if the visitor names no host, or nothing that is a name
     * @param failed told if there is no ClientHello; may be called more than once
     */
    ClientHello(Duration timeout, Consumer<@Nullable HostName> named, Consumer<Throwable> failed) {
        super(MOST_BYTES, timeout.toMillis());
        this.named = named;
        this.failed = failed;
    }

    @Override
    protected Future<Void> lookup(ChannelHandlerContext ctx, @Nullable String hostname) {
        return ctx.executor().newSucceededFuture(null);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, @Nullable String hostname, Future<Void> done) {
        named.accept(hostname == null ? null : parse(hostname));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof ChannelInputShutdownEvent) {
            failed.accept(new IOException("the visitor said no whole ClientHello"));
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed.accept(cause);
    }

    private static @Nullable HostName parse(String hostname) {
        try {
            HostName name = HostName.parse(hostname);
            return name.isWildcard() ? null : name;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
