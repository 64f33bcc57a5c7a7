package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Makes connections of visitors speak HTTP. */
final class Visitors {

    private static final AttributeKey<Departure.Connection> ARRIVING =
            AttributeKey.valueOf(Departure.Connection.class, "arriving");

    private Visitors() {}

    /**
     * Takes an accepted connection; it came before anybody knew which session it is for, so it gets any loop, unless a
     * proxy's header has been read on one already.
     *
     * @param origin who is at its other end
     * @param certificates of a listener that speaks TLS; null for one that does not
     */
    static void take(
            DuplexChannel connection,
            StreamOrigin origin,
            Network network,
            Front front,
            @Nullable Certificates certificates) {
        InetSocketAddress address = origin.visitor();
        if (address == null || address.getAddress() == null) {
            if (connection.isRegistered()) {
                Aborts.abort(connection);
            } else {
                network.discard(connection, true);
            }
            return;
        }
        if (!front.sources().enter(address)) {
            network.refuse(
                    connection,
                    new CulvertException(
                            TunnelError.PORT_SOURCE_LIMIT,
                            "one source has as many connections as it may (max_connections_per_source: "
                                    + front.limits().maxConnectionsPerSource() + ")."));
            return;
        }
        Peer peer = new Peer(address, origin.endpoint(), front.forwarding().trusts(address.getAddress()), false, null);
        if (connection.isRegistered()) {
            connection.closeFuture().addListener(closed -> front.sources().leave(address));
            listen(connection, front, certificates, peer);
            return;
        }
        network.eventLoops().next().register(connection).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess()) {
                connection.closeFuture().addListener(closed -> front.sources().leave(address));
                listen(connection, front, certificates, peer);
            } else {
                front.sources().leave(address);
                network.discard(connection, true);
            }
        });
    }

    private static void listen(DuplexChannel connection, Front front, @Nullable Certificates certificates, Peer peer) {
        // One that has said nothing yet may be about to ask.
        Departure.Connection arriving = new Arriving();
        front.departure().add(arriving);
        connection.attr(ARRIVING).set(arriving);
        connection.closeFuture().addListener(closed -> front.departure().remove(arriving));
        if (certificates == null) {
            connection.pipeline().addLast(new Preface(front.limits(), (ctx, http2) -> speak(ctx, http2, front, peer)));
        } else {
            connection.pipeline().addLast(new TlsFront(certificates, front, peer));
        }
        connection.config().setAutoRead(true);
    }

    /** Adds what a connection needs after a handler, once it is known which version it speaks. */
    static void speak(ChannelHandlerContext after, boolean http2, Front front, Peer peer) {
        Departure.Connection arriving = after.channel().attr(ARRIVING).get();
        if (http2) {
            Http2Connection.speak(after, front, peer);
            front.departure().remove(arriving);
            return;
        }
        DuplexChannel connection = (DuplexChannel) after.channel();
        Reading reading = new Reading(connection);
        RequestDecoder decoder = new RequestDecoder(front.limits(), reading);
        AnswerEncoder encoder = new AnswerEncoder();
        VisitorHandler[] handler = new VisitorHandler[1];
        Deadline deadline = new Deadline(connection.eventLoop(), () -> handler[0].expired());
        handler[0] = new VisitorHandler(
                front, peer, ctx -> new Http1Visitor(ctx, reading, deadline, decoder, encoder, front));
        ChannelPipeline pipeline = after.pipeline();
        pipeline.addAfter(after.name(), null, handler[0]);
        pipeline.addAfter(after.name(), null, encoder);
        pipeline.addAfter(after.name(), null, decoder);
        front.departure().remove(arriving);
    }

    /** A connection of which nobody knows yet what it speaks; a request of it is answered if it comes in time. */
    private static final class Arriving implements Departure.Connection {

        @Override
        public void leave() {
            // Its deadline is that of all who have said nothing.
        }
    }
}
