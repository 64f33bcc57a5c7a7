package dev.culvert.spi.dialect;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The server's side of a session, as a dialect uses it. */
public interface ServerSession {

    /** Unique in this server's life; shown in logs and status. */
    String id();

    /**
     * Opens a tunnel that the client asks for.
     *
     * @param request what the client asks for
     * @return where it is public; fails with a {@link dev.culvert.spi.CulvertException} to tell the client
     */
    CompletionStage<Endpoint> openTunnel(TunnelRequest request);

    /**
     * Closes a tunnel at the client's wish. Its open streams go on.
     *
     * @param name as it was opened
     */
    void closeTunnel(String name);

    /**
     * Refuses the visitors of a tunnel at the client's wish, or takes them again. Open streams go on.
     *
     * @param name as it was opened
     * @param paused whether they are refused
     */
    default void pauseTunnel(String name, boolean paused) {}

    /**
     * The client says how the service of a tunnel is. Open streams go on.
     *
     * @param name as it was opened
     * @param trouble why it is to have no visitors, or null if it is well
     */
    default void tunnelHealth(String name, @Nullable CulvertException trouble) {}
}
