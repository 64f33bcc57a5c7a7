package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stream to a service that is used for one request after another. Its methods may be called from any thread. */
interface PooledService {

    TunnelStream stream();

    boolean isOpen();

    /** When it was last used, as {@link System#nanoTime()}. */
    long idleSince();

    /** Whether nobody uses it now. */
    boolean isIdle();

    /**
     * Gives it to whoever asks.
     *
     * @param token leads the visitor to the same client again; null if nothing need
     */
    void use(ServicePool.Asker asker, @Nullable String token);

    void close();

    /** Whether the session under a stream is gone, and with it the way to any service. */
    static boolean isLinkLost(TunnelStream stream) {
        Channel connection = stream.channel().parent();
        return connection != null && !connection.isActive();
    }

    /**
     * Tells whoever uses an end of a stream when the client has not reached the service.
     *
     * @param user who that is then; null for nobody
     */
    static void watchDial(TunnelStream stream, ServiceEnd end, Supplier<@Nullable Exchange> user) {
        Future<Void> connected = stream.connected();
        if (!connected.isSuccess()) {
            connected.addListener((Future<Void> dialled) -> {
                Exchange exchange = user.get();
                if (!dialled.isSuccess() && exchange != null) {
                    exchange.serviceClosed(end, dialled.cause());
                }
            });
        }
    }
}
