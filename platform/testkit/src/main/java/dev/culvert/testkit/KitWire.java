package dev.culvert.testkit;

import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.auth.AuthenticationContext;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.mux.Multiplexer;
import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a dialect stands on: the two ends of a link, neither of which reads before it is started.
 *
 * @param client the client's end
 * @param server the server's end
 * @param cut takes the connection away as a lost network does, so that no reason is heard
 */
public record KitWire(Link client, Link server, Runnable cut) implements AutoCloseable {

    /**
     * A link whose streams are sockets.
     *
     * @param loops how they do I/O
     * @param principal who the server's transport says that the client is, or null
     */
    public static KitWire ofSockets(Loops loops, @Nullable Principal principal) {
        return KitLink.pair(loops, principal);
    }

    /**
     * A link over one connection.
     *
     * @param loops how it does I/O
     * @param multiplexer makes both ends
     * @param principal who the server's transport says that the client is, or null
     */
    public static KitWire of(Loops loops, Multiplexer multiplexer, @Nullable Principal principal) {
        SocketPair sockets = SocketPair.open(loops);
        for (Channel channel : new Channel[] {sockets.near(), sockets.far()}) {
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        return new KitWire(
                link(sockets.near(), multiplexer, Role.CLIENT, null),
                link(sockets.far(), multiplexer, Role.SERVER, principal),
                () -> {
                    sockets.near().config().setOption(ChannelOption.SO_LINGER, 0);
                    sockets.near().close();
                });
    }

    private static Link link(Channel channel, Multiplexer multiplexer, Role role, @Nullable Principal principal) {
        var context = new AuthenticationContext(channel.remoteAddress(), null, Map.of(), false);
        return LinkPair.get(channel.eventLoop()
                .submit(() -> multiplexer.open(new PrivateConnection(channel, context, principal), role)));
    }

    /** Ends the link, and waits for the end. */
    @Override
    public void close() {
        client.close(null);
        server.close(null);
        client.closeFuture().awaitUninterruptibly();
        server.closeFuture().awaitUninterruptibly();
    }
}
