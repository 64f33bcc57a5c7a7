package dev.culvert.spi.protocol;

import dev.culvert.spi.transport.PrivateConnection;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * A {@link Protocol} on whose port clients may connect too: where one port has to do for visitors and sessions. Chosen by
 * {@code share} in a {@code [[listen]]} section, whose transport begins with an HTTP request ({@link
 * dev.culvert.spi.transport.Transport#sharedPath}).
 */
public interface SessionPort {

    /**
     * Hands over connections that ask for a path to be upgraded to a WebSocket (RFC 6455), where no tunnel has their host
     * and that path. Called once for a path, after {@link Protocol#start}; holds until the protocol is closed.
     *
     * @param path without a query
     * @param taken gets each such connection, on its loop, and owns it: a {@link DuplexChannel} as if nothing had been read
     *     from it yet, with auto-read off, and what is known of its other end, which is not a proxy in between that the
     *     protocol believes
     * @return where it listens
     */
    InetSocketAddress share(String path, Consumer<PrivateConnection> taken);
}
