package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.DialReply;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A client as a dialect sees it. What is delivered waits for the test. */
public final class KitClient implements ClientHost {

    private final List<Credential> credentials;
    private final BlockingQueue<Delivered> delivered = new LinkedBlockingQueue<>();
    private final BlockingQueue<Closed> closed = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> pauses = new LinkedBlockingQueue<>();
    private final BlockingQueue<Duration> drains = new LinkedBlockingQueue<>();

    /**
     * Makes one.
     *
     * @param credentials what it can prove
     */
    public KitClient(List<Credential> credentials) {
        this.credentials = List.copyOf(credentials);
    }

    /**
     * A stream of a visitor's.
     *
     * @param tunnel the tunnel's name
     * @param origin on whose behalf
     * @param stream auto-read off
     * @param reply takes the result of the dial, on the stream's loop
     */
    public record Delivered(String tunnel, StreamOrigin origin, DuplexChannel stream, DialReply reply) {

        /** Tells the server that the service is there. */
        public void connected() {
            stream.eventLoop().execute(reply::connected);
        }

        /**
         * Tells the server that it is not.
         *
         * @param cause why
         */
        public void refused(CulvertException cause) {
            stream.eventLoop().execute(() -> reply.refused(cause));
        }
    }

    /**
     * A tunnel that the server closed.
     *
     * @param tunnel its name
     * @param cause why
     */
    public record Closed(String tunnel, CulvertException cause) {}

    /** What was delivered, oldest first. */
    public BlockingQueue<Delivered> delivered() {
        return delivered;
    }

    /** What the server closed, oldest first. */
    public BlockingQueue<Closed> closed() {
        return closed;
    }

    /** Which tunnels the server's operator paused or resumed, {@code "web true"}, oldest first. */
    public BlockingQueue<String> pauses() {
        return pauses;
    }

    /** How long the server gave the streams before it stops. */
    public BlockingQueue<Duration> drains() {
        return drains;
    }

    @Override
    public List<Credential> credentials() {
        return credentials;
    }

    @Override
    public String instance() {
        return "instance-1";
    }

    @Override
    public String software() {
        return "kit/1";
    }

    @Override
    public String clientId() {
        return "machine-1";
    }

    @Override
    public void deliver(String tunnel, StreamOrigin origin, DuplexChannel stream, DialReply reply) {
        delivered.add(new Delivered(tunnel, origin, stream, reply));
    }

    @Override
    public void tunnelClosed(String tunnel, CulvertException cause) {
        closed.add(new Closed(tunnel, cause));
    }

    @Override
    public void tunnelPaused(String tunnel, boolean paused) {
        pauses.add(tunnel + " " + paused);
    }

    @Override
    public void draining(Duration deadline) {
        drains.add(deadline);
    }
}
