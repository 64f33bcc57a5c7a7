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
     * Replaces what the platform itself knows of a tunnel, at the client's wish: for whom it is, its limits, and how its
     * clients share visitors. Its endpoint and its open streams go on.
     *
     * @param request as for {@link #openTunnel}, by the name of a tunnel that was opened; whatever asks for another endpoint
     *     does not count
     */
    default void reviseTunnel(TunnelRequest request) {}

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
