package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.FutureListener;
import org.jspecify.annotations.Nullable;

/**
 * A visitor who has no service yet. Its connection is registered when there is a stream, on the stream's loop, and not
 * read before; one that came through a proxy is registered already.
 */
final class Visitor {

    private final Visitors visitors;
    private final DuplexChannel connection;
    private final StreamOrigin origin;
    private volatile @Nullable Wait wait;

    Visitor(Visitors visitors, DuplexChannel connection, StreamOrigin origin) {
        this.visitors = visitors;
        this.connection = connection;
        this.origin = origin;
    }

    StreamOrigin origin() {
        return origin;
    }

    /** Asks once for a stream. The bytes follow at once: if the service is not there, the bridge ends in a reset. */
    void open() {
        visitors.tunnel().openStream(origin).addListener((FutureListener<TunnelStream>) opened -> {
            if (opened.isSuccess()) {
                join(opened.getNow());
            } else {
                refuse(TunnelStream.failure(opened.cause()));
            }
        });
    }

    /** Asks until there is a service, or the time is up. */
    void openPatiently(EventLoop loop) {
        Wait patience = new Wait(visitors, this, loop);
        wait = patience;
        patience.start();
    }

    /** A client may be there now. */
    void wake() {
        Wait patience = wait;
        if (patience != null) {
            patience.wake();
        }
    }

    /** Joins it to a stream; aborts the stream if the visitor has been sent away meanwhile. */
    void join(TunnelStream stream) {
        if (!visitors.settle(this)) {
            stream.abort();
            return;
        }
        if (connection.isRegistered()) {
            connection.eventLoop().execute(() -> bridge(stream));
            return;
        }
        stream.channel().eventLoop().register(connection).addListener(registered -> {
            if (registered.isSuccess()) {
                bridge(stream);
            } else {
                stream.abort(); // the loop is gone, and Netty has closed the connection
            }
        });
    }

    private void bridge(TunnelStream stream) {
        CulvertException failure = stream.failure();
        if (failure == null) {
            visitors.tunnel().bridge(connection, stream, visitors.limits().bridge());
        } else {
            visitors.tunnel().refused(origin, stream, failure);
            stream.abort();
            Network.abort(connection);
        }
    }

    /** Sends it away with a reset; does nothing if it has a service by now. */
    void refuse(CulvertException cause) {
        if (visitors.settle(this)) {
            visitors.tunnel().refused(origin, cause);
            if (connection.isRegistered()) {
                Network.abort(connection);
            } else {
                visitors.network().discard(connection, true);
            }
        }
    }

    /** Sends it away though it might still be served. */
    void dismiss(CulvertException cause) {
        refuse(cause);
        Wait patience = wait;
        if (patience != null) {
            patience.stop();
        }
    }
}
