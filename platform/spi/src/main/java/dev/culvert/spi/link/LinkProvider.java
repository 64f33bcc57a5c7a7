package dev.culvert.spi.link;

import dev.culvert.spi.HostPort;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.function.Consumer;

/** Both halves of a wire that brings its own streams. */
public interface LinkProvider extends AutoCloseable {

    /**
     * Connects to a server.
     *
     * @param server where
     */
    Future<Link> connect(HostPort server);

    /**
     * Listens for clients.
     *
     * @param bind where
     * @param accepted takes each link once its handshake is done, before it reads
     * @return what to close to stop listening
     */
    Future<Channel> listen(HostPort bind, Consumer<Link> accepted);

    /** Whether nobody on the way can read or change what passes. */
    boolean isConfidential();

    /** Whether a finished handshake tells who a client is. */
    default boolean establishesIdentity() {
        return false;
    }

    /** Frees what it holds. */
    @Override
    default void close() {}
}
