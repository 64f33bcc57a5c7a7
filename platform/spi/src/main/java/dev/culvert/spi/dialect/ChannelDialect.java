package dev.culvert.spi.dialect;

import dev.culvert.spi.transport.PrivateConnection;
import java.util.concurrent.CompletionStage;

/** A dialect that frames its own streams, on the bare private connection. Thread-safe. */
public non-sealed interface ChannelDialect extends Dialect {

    /**
     * The server's half. Called on the channel's loop; the dialect turns auto-read on when its handlers are in place.
     *
     * @param connection a new client
     * @param host the server
     */
    void serve(PrivateConnection connection, ServerHost host);

    /**
     * The client's half. Called on the channel's loop.
     *
     * @param connection the connection to the server
     * @param host the client
     * @return completes once the server has let this client in
     */
    CompletionStage<RemoteServer> connect(PrivateConnection connection, ClientHost host);
}
