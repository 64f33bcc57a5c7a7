package dev.culvert.spi.protocol;

import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;

/** What is done with a connection to a service before a stream is joined to it: the handshake of TLS, say. Thread-safe. */
@FunctionalInterface
public interface ServiceOpening {

    /**
     * Begins; on the connection's loop. Whatever becomes of it has to be known within the time that the service has to accept;
     * after that the connection is closed.
     *
     * @param connection to the service, auto-read off; a header of the PROXY protocol has been written, if it gets one
     * @return what the stream is joined to. Fails with a {@link dev.culvert.spi.CulvertException} for the log of the client and
     *     the server; the connection is then closed
     */
    Future<DuplexChannel> open(DuplexChannel connection);
}
