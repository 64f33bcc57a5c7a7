package dev.culvert.spi.transport;

import dev.culvert.spi.HostPort;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Optional;

/**
 * Turns a raw connection into a private one. Thread-safe: one instance serves all connections.
 *
 * <p>Transports layer: the channel that one completes with is the raw channel of the next. A failed handshake fails the
 * future with a {@link dev.culvert.spi.CulvertException}; the platform then closes the raw channel, and it ends a
 * handshake that takes too long by closing it.
 */
public interface Transport extends AutoCloseable {

    /**
     * Where the platform has to connect to. A transport that goes through a proxy names the proxy.
     *
     * @param server the server as configured
     */
    default HostPort wireAddress(HostPort server) {
        return server;
    }

    /**
     * The client's handshake.
     *
     * @param raw a connected channel with auto-read off
     * @param server the server as configured, whose identity is to be checked
     * @return completes on the channel's loop, before it passes on a byte of what lies inside
     */
    Future<PrivateConnection> connect(Channel raw, HostPort server);

    /**
     * The server's handshake.
     *
     * @param raw an accepted channel with auto-read off
     * @return completes on the channel's loop, before it passes on a byte of what lies inside. The channel need not be
     *     the raw one and may outlive it. Empty if an older connection absorbed this one (resume).
     */
    Future<Optional<PrivateConnection>> accept(Channel raw);

    /** Whether nobody on the way can read or change what passes. */
    boolean isConfidential();

    /** Whether a finished handshake tells who a client is, so that no authenticator is needed. */
    default boolean establishesIdentity() {
        return false;
    }

    /**
     * What a client may pin to be sure of this server: values of the key {@code pin}, which every transport with such
     * values has in a client's section ({@code transport = {type = "tls", pin = "sha256/…"}}). A server shows them when
     * it starts, with the line that a client needs.
     *
     * @return values to choose from, the best first; empty for a client's half, or where there is nothing to pin
     */
    default List<String> pins() {
        return List.of();
    }

    /**
     * The path that a client asks for, where all that it sends begins with a request of HTTP/1.1 for a WebSocket: then a
     * server may take its connections from a port that it shares with visitors ({@link
     * dev.culvert.spi.protocol.SessionPort}).
     *
     * @return empty if it begins otherwise
     */
    default Optional<String> sharedPath() {
        return Optional.empty();
    }

    /** Frees what it holds; connections go on. */
    @Override
    default void close() {}
}
