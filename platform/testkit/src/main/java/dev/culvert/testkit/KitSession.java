package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.dialect.StreamDialect;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.link.Link;
import dev.culvert.spi.protocol.OnConflict;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One session of a dialect between a {@link KitClient} and a {@link KitServer}, over a {@link KitWire}. */
public final class KitSession implements AutoCloseable {

    /** Whom the kit's authenticator lets in. */
    public static final String NAME = "laptop";

    private static final long TIMEOUT_SECONDS = 5;

    private final KitWire wire;
    private final KitServer serverHost;
    private final KitClient clientHost;
    private final CompletableFuture<RemoteServer> connected = new CompletableFuture<>();

    private KitSession(KitWire wire, KitServer serverHost, KitClient clientHost) {
        this.wire = wire;
        this.serverHost = serverHost;
        this.clientHost = clientHost;
    }

    /**
     * Begins a session; whether the client gets in is up to its credentials.
     *
     * @param dialect both ends'
     * @param wire between them
     * @param authenticators the server's
     * @param credentials the client's
     */
    public static KitSession begin(
            StreamDialect dialect, KitWire wire, List<Authenticator> authenticators, List<Credential> credentials) {
        KitSession session = serve(dialect, wire, authenticators, credentials);
        session.connect(dialect);
        return session;
    }

    /**
     * A session whose server the test plays; {@link #connect} lets its client begin.
     *
     * @param wire between them
     * @param credentials the client's
     */
    public static KitSession over(KitWire wire, List<Credential> credentials) {
        return new KitSession(wire, new KitServer(List.of()), new KitClient(credentials));
    }

    /** The same, with nobody at the client's end of the link yet: for a stranger to have it. */
    public static KitSession serve(
            StreamDialect dialect, KitWire wire, List<Authenticator> authenticators, List<Credential> credentials) {
        var session = new KitSession(wire, new KitServer(authenticators), new KitClient(credentials));
        Link server = session.wire.server();
        server.eventLoop().execute(() -> dialect.serve(server, session.serverHost));
        return session;
    }

    /**
     * Lets the client begin.
     *
     * @param dialect the client's
     */
    public void connect(StreamDialect dialect) {
        Link client = wire.client();
        client.eventLoop()
                .execute(() -> dialect.connect(client, clientHost).whenComplete((server, failure) -> {
                    if (failure != null) {
                        connected.completeExceptionally(failure);
                    } else {
                        connected.complete(server);
                    }
                }));
    }

    /** The link below. */
    public KitWire wire() {
        return wire;
    }

    /** The server's platform. */
    public KitServer serverHost() {
        return serverHost;
    }

    /** The client's platform. */
    public KitClient clientHost() {
        return clientHost;
    }

    /** The server as the client has it, once it has been let in. */
    public RemoteServer server() {
        return await(connected);
    }

    /** Completes when the client has been let in, or not. */
    public CompletableFuture<RemoteServer> connected() {
        return connected;
    }

    /** The client as the server has it, once it has been let in; may be asked for once. */
    public KitServer.Admitted admitted() {
        return next(serverHost.admitted());
    }

    /** A tunnel of type {@code tcp} as clients ask for it. */
    public static TunnelRequest tunnel(String name) {
        return new TunnelRequest(name, "tcp", OnConflict.REJECT, "127.0.0.1:3000", Map.of("port", 7000));
    }

    /**
     * Opens a stream and takes it at the client's end.
     *
     * @param client whose
     * @param tunnel by name
     * @param origin on whose behalf
     */
    public Streams open(RemoteClient client, String tunnel, StreamOrigin origin) {
        TunnelStream stream = await(client.openStream(tunnel, origin));
        return new Streams(stream, next(clientHost.delivered()));
    }

    /**
     * Both ends of one stream.
     *
     * @param server the server's
     * @param client the client's
     */
    public record Streams(TunnelStream server, KitClient.Delivered client) {}

    /** The next one; fails if there is none in time. */
    public static <T> T next(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing came within " + TIMEOUT_SECONDS + " s");
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The result; fails with its cause, or if there is none in time. */
    public static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw thrown(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** The result; fails with its cause, or if there is none in time. */
    public static <T> T await(Future<T> future) {
        if (!future.awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("nothing happened within " + TIMEOUT_SECONDS + " s");
        }
        if (future.isSuccess()) {
            return future.getNow();
        }
        throw thrown(future.cause());
    }

    private static RuntimeException thrown(@Nullable Throwable cause) {
        if (cause instanceof CulvertException known) {
            return known;
        }
        throw new AssertionError(cause);
    }

    @Override
    public void close() {
        wire.close();
    }
}
