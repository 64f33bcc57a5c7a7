package dev.culvert.client;

import dev.culvert.spi.HostPort;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.RemoteServer;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;

/** One way to the server, as the file lists it. Thread-safe. */
interface Way extends AutoCloseable {

    /** The types of its layers from the wire inwards, as people see it: {@code tls+websocket}. */
    String name();

    /** Where it leads to, which may be another address of the same server. */
    HostPort server();

    /** Where the connection goes first: a proxy, or the same. */
    HostPort target();

    /** Which server of the file it stands for. */
    HostPort home();

    /** Whether nobody on the way can read or change what passes. */
    boolean isConfidential();

    /**
     * Connects and logs in.
     *
     * @param loop where the connection lives
     * @param host what the client offers
     * @param done completed with the server or the failure; if somebody else fails it first, the connection is closed
     */
    void connect(EventLoop loop, ClientHost host, CompletableFuture<RemoteServer> done);

    /** Frees what it holds; connections go on. */
    @Override
    void close();
}
