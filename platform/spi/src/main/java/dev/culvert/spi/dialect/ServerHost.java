package dev.culvert.spi.dialect;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.Authenticator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What a server offers to a dialect. One per connection; called on its loop. */
public interface ServerHost {

    /** The name of the {@code [[listen]]} section that this client came through. */
    String listener();

    /** Who may decide about this client, in the order of the file. */
    List<Authenticator> authenticators();

    /**
     * Makes the client a session. Until this completes the connection is bounded in time and bytes; afterwards tunnels
     * may open.
     *
     * @param admission who it is
     * @param client what the dialect knows how to do with it
     * @return the session; fails with a {@link dev.culvert.spi.CulvertException} to tell the client
     */
    CompletionStage<ServerSession> admit(Admission admission, RemoteClient client);

    /**
     * Notes why the client is not let in, before it is told: it may then be gone before this end has closed the
     * connection, and that alone would say nothing. Logged and counted, once for each connection.
     *
     * @param cause why; its own cause, if that has a code, is for this server's log alone
     */
    default void noteRefusal(CulvertException cause) {}
}
