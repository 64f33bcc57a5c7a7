package dev.culvert.spi.dialect;

import dev.culvert.spi.link.Link;
import java.util.concurrent.CompletionStage;

/** A dialect on a multiplexer or a whole link. Thread-safe: one instance serves all sessions. */
public non-sealed interface StreamDialect extends Dialect {

    /**
     * The server's half. Called on the link's loop before it reads; the dialect sets {@link Link#onStream} and calls
     * {@link Link#start()}.
     *
     * @param link a new client
     * @param host the server
     */
    void serve(Link link, ServerHost host);

    /**
     * The client's half. Called on the link's loop before it reads.
     *
     * @param link the connection to the server
     * @param host the client
     * @return completes once the server has let this client in
     */
    CompletionStage<RemoteServer> connect(Link link, ClientHost host);
}
