package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.dialect.Admission;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.ServerHost;
import dev.culvert.spi.dialect.ServerSession;
import dev.culvert.spi.dialect.TunnelRequest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A server as a dialect sees it. It admits everybody whom the dialect brings, and opens every tunnel but those named
 * {@link #HELD}.
 */
public final class KitServer implements ServerHost, ServerSession {

    /** A tunnel that is refused with {@link TunnelError#ENDPOINT_HELD}. */
    public static final String HELD = "held";

    /** Where every tunnel is public. */
    public static final Endpoint ENDPOINT = Endpoint.ofPort("tcp", 7000);

    private final List<Authenticator> authenticators;
    private final BlockingQueue<Admitted> admitted = new LinkedBlockingQueue<>();
    private final BlockingQueue<TunnelRequest> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> pauses = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> revisions = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> healths = new LinkedBlockingQueue<>();

    /**
     * Makes one.
     *
     * @param authenticators who decides about clients
     */
    public KitServer(List<Authenticator> authenticators) {
        this.authenticators = List.copyOf(authenticators);
    }

    /**
     * A client that was let in.
     *
     * @param admission who it is
     * @param client what the dialect can do with it
     */
    public record Admitted(Admission admission, RemoteClient client) {}

    /** Who was let in, oldest first; taken out by the test. */
    public BlockingQueue<Admitted> admitted() {
        return admitted;
    }

    /** What was asked for, oldest first. */
    public BlockingQueue<TunnelRequest> requests() {
        return requests;
    }

    /** Which tunnels clients gave up, oldest first. */
    public BlockingQueue<String> closed() {
        return closed;
    }

    /** Which tunnels clients gave other limits, {@code "web {bandwidth=1000000}"}, oldest first. */
    public BlockingQueue<String> revisions() {
        return revisions;
    }

    /** Which tunnels clients had paused or resumed, {@code "web true"}, oldest first. */
    public BlockingQueue<String> pauses() {
        return pauses;
    }

    /** What clients said of services, {@code "web well"} or {@code "web"} with a code and a message, oldest first. */
    public BlockingQueue<String> healths() {
        return healths;
    }

    @Override
    public String listener() {
        return "kit";
    }

    @Override
    public List<Authenticator> authenticators() {
        return authenticators;
    }

    @Override
    public CompletionStage<ServerSession> admit(Admission admission, RemoteClient client) {
        admitted.add(new Admitted(admission, client));
        return CompletableFuture.supplyAsync(() -> this);
    }

    @Override
    public String id() {
        return "session-1";
    }

    @Override
    public CompletionStage<Endpoint> openTunnel(TunnelRequest request) {
        requests.add(request);
        return CompletableFuture.supplyAsync(() -> {
            if (request.name().equals(HELD)) {
                throw new CulvertException(TunnelError.ENDPOINT_HELD, "port 7000 is held by principal \"alice\".");
            }
            return ENDPOINT;
        });
    }

    @Override
    public void closeTunnel(String name) {
        closed.add(name);
    }

    @Override
    public void reviseTunnel(TunnelRequest request) {
        revisions.add(request.name() + " " + request.parameters());
    }

    @Override
    public void pauseTunnel(String name, boolean paused) {
        pauses.add(name + " " + paused);
    }

    @Override
    public void tunnelHealth(String name, @Nullable CulvertException trouble) {
        healths.add(name + " " + (trouble == null ? "well" : trouble.code().code() + " " + trouble.detail()));
    }
}
