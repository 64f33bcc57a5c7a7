package dev.culvert.spi.dialect;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.List;

/** What a client offers to a dialect. One per session; called on its loop. */
public interface ClientHost {

    /** What the client can prove, in the order of the file. */
    List<Credential> credentials();

    /** The random id of this process, the same for all its sessions. */
    String instance();

    /** What this client calls itself. */
    String software();

    /** What this machine is called, for display; the server takes it as the principal's client id. */
    String clientId();

    /**
     * Takes a stream that the server opened.
     *
     * @param tunnel the name this client gave; empty where the dialect has none, if the client has one tunnel only
     * @param origin on whose behalf, as the server says
     * @param stream the stream, auto-read off
     * @param reply how the dialect tells the server what became of the dial
     */
    void deliver(String tunnel, StreamOrigin origin, DuplexChannel stream, DialReply reply);

    /**
     * The server has closed a tunnel.
     *
     * @param tunnel the name this client gave
     * @param cause why
     */
    void tunnelClosed(String tunnel, CulvertException cause);

    /**
     * The server refuses the visitors of a tunnel at its operator's wish, or serves them again; the tunnel stays open.
     *
     * @param tunnel the name this client gave
     * @param paused whether they are refused
     */
    default void tunnelPaused(String tunnel, boolean paused) {}

    /**
     * The server is going to stop: open streams may finish, none start.
     *
     * @param deadline how long they have
     */
    void draining(Duration deadline);
}
