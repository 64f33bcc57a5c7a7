package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.link.Datagrams;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DatagramCount;
import dev.culvert.spi.protocol.IncomingStream;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.Visit;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Promise;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The client's end of a stream of a {@link KitTunnel}, which tells the server's end what became of it.
 *
 * @param channel the client's end
 * @param origin on whose behalf
 * @param near the server's end
 * @param reached what the server's end is told
 * @param accepted whether it has been told that the service is there
 * @param failed told of a service that was not reached
 * @param counts told how many datagrams there were
 * @param datagrams a way beside the stream, if there is one
 */
record KitStream(
        DuplexChannel channel,
        StreamOrigin origin,
        DuplexChannel near,
        Promise<Void> reached,
        AtomicBoolean accepted,
        Consumer<CulvertException> failed,
        Consumer<DatagramCount> counts,
        Optional<Datagrams> datagrams)
        implements IncomingStream {

    @Override
    public void bridge(DuplexChannel service, BridgeOptions options) {
        accept();
        KitBridge.join(channel, service);
    }

    @Override
    public void accept() {
        accepted.set(true);
        near.eventLoop().execute(() -> reached.trySuccess(null));
    }

    @Override
    public void refuse(CulvertException cause) {
        failed.accept(cause);
        if (accepted.get()) {
            return; // and the stream is for whoever accepted it to end
        }
        near.eventLoop().execute(() -> {
            reached.tryFailure(cause);
            if (near.isOpen()) {
                near.pipeline().fireExceptionCaught(cause);
                KitBridge.reset(near);
            }
            KitBridge.reset(channel); // not before: the reason reaches the server ahead of the end, as in a session
        });
    }

    @Override
    public Visit visit(StreamOrigin visitor) {
        return new KitVisit();
    }

    @Override
    public void counted(DatagramCount count) {
        counts.accept(count);
    }
}
