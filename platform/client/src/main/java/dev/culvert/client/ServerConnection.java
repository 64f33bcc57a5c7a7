package dev.culvert.client;

import dev.culvert.engine.EngineContext;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.telemetry.Heartbeat;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.dialect.ClientHost;
import dev.culvert.spi.dialect.DialReply;
import dev.culvert.spi.dialect.RemoteServer;
import dev.culvert.spi.event.SessionEvent;
import dev.culvert.spi.event.TunnelEvent;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of the client's sessions, kept alive: connects, logs in, opens every tunnel, and starts over when the session is
 * lost. Its state changes under its own lock; nothing is called while that is held.
 */
final class ServerConnection {

    private static final long GOODBYE_MILLIS = 1_000;

    private static final Duration AFTER_DUPLICATE = Duration.ofMillis(500);
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final TunnelClient client;
    private final KnownServer home;
    private final ClientSettings settings;
    private final EngineContext context;
    private final ClientObserver observer;
    private final Backoff backoff;

    private @Nullable Attempt current;
    private @Nullable CulvertException lastFailure;
    private boolean stopped;
    private int sessions;

    ServerConnection(
            TunnelClient client,
            KnownServer home,
            ClientSettings settings,
            EngineContext context,
            ClientObserver observer) {
        this.client = client;
        this.home = home;
        this.settings = settings;
        this.context = context;
        this.observer = observer;
        backoff = new Backoff(settings.maxInterval());
    }

    /** Tries to connect, now. */
    void connect() {
        Attempt attempt = new Attempt();
        synchronized (this) {
            if (stopped) {
                return;
            }
            current = attempt;
        }
        home.wire().login(attempt).whenComplete((login, failure) -> {
            if (failure == null) {
                attempt.active(login);
            } else {
                failed(attempt, Failures.of(failure), true);
            }
        });
    }

    /** The tunnels have changed: closes some at the server, and opens others; the session and all other tunnels go on. */
    void change(List<String> closing, List<PlacedTunnel> opening) {
        Attempt attempt;
        synchronized (this) {
            attempt = current;
        }
        RemoteServer remote = attempt == null ? null : attempt.server;
        if (attempt == null || remote == null) {
            return; // whatever is there when it has logged in is opened then
        }
        closing.forEach(name -> attempt.close(remote, name));
        opening.forEach(tunnel -> attempt.openOnce(remote, tunnel));
    }

    /** Tells the server the limits of a tunnel; one that cannot take them opens it anew. */
    void revise(PlacedTunnel tunnel) {
        Attempt attempt;
        synchronized (this) {
            attempt = current;
        }
        RemoteServer remote = attempt == null ? null : attempt.server;
        if (attempt != null && remote != null && !remote.reviseTunnel(tunnel.request(false))) {
            attempt.reopen(remote, tunnel);
        }
    }

    /** Tells the server whether visitors of a tunnel are to be refused; a server that cannot hear it asks this end. */
    void pause(String name, boolean paused) {
        RemoteServer server = server();
        if (server != null) {
            server.pauseTunnel(name, paused);
        }
    }

    /** Tells the server how the service of a tunnel is. */
    void health(LocalTunnel tunnel) {
        RemoteServer server = server();
        if (server != null) {
            tell(server, tunnel);
        }
    }

    // The last word is what is so: whoever changes it meanwhile may have been faster.
    private static void tell(RemoteServer server, LocalTunnel tunnel) {
        CulvertException said;
        do {
            said = tunnel.unwell();
            server.tunnelHealth(tunnel.name(), said);
        } while (said != tunnel.unwell());
    }

    /** Announces the end to the server; streams that are open go on. */
    void drain() {
        Attempt attempt = stopReconnecting();
        if (attempt != null && attempt.server != null) {
            attempt.server.goAway();
        }
    }

    /** Ends the session and gives its goodbye a moment to go out; blocks for that moment. */
    void close() {
        Attempt attempt = stopReconnecting();
        RemoteServer server = attempt == null ? null : attempt.server;
        if (server != null) {
            server.close(null);
            server.closeFuture().awaitUninterruptibly(GOODBYE_MILLIS);
        }
    }

    int streams() {
        RemoteServer server = server();
        return server == null ? 0 : server.streams();
    }

    /** What is known about the session, or null while there is none. */
    @Nullable
    SessionStatus status() {
        Attempt attempt;
        synchronized (this) {
            attempt = current;
        }
        if (attempt == null) {
            return null;
        }
        RemoteServer server = attempt.server;
        return server == null
                ? null
                : new SessionStatus(
                        server.sessionId(),
                        attempt.peer.toString(),
                        home.current().toString(),
                        attempt.principal().account(),
                        attempt.transport,
                        attempt.since,
                        attempt.uptimeMillis() / 1_000,
                        server.streams(),
                        attempt.heartbeat == null ? null : attempt.heartbeat.last(),
                        attempt.heartbeat == null ? null : attempt.heartbeat.roundTripMillis());
    }

    /** Why there was no session the last time, or null if nothing has failed yet. */
    @Nullable
    synchronized CulvertException lastFailure() {
        return lastFailure;
    }

    /** How often a session was built again. */
    synchronized int reconnects() {
        return Math.max(0, sessions - 1);
    }

    private @Nullable RemoteServer server() {
        synchronized (this) {
            return current == null ? null : current.server;
        }
    }

    private @Nullable Attempt stopReconnecting() {
        synchronized (this) {
            stopped = true;
            return current;
        }
    }

    private void failed(Attempt attempt, @Nullable CulvertException cause, boolean neverActive) {
        synchronized (this) {
            if (current != attempt || stopped) {
                return;
            }
            current = null;
            lastFailure = cause;
        }
        if (client.endsWith(home, cause, neverActive) || !settings.reconnect()) {
            return;
        }
        boolean hopeless = cause != null && Failures.isAuthentication(cause);
        Duration pause = hopeless ? backoff.longest() : backoff.next();
        if (cause != null) {
            observer.retrying(home.shown(), cause, pause);
        }
        context.scheduler().schedule(this::connect, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One connection, from the attempt to the end. */
    private final class Attempt implements ClientHost {

        private final Instant since = Instant.now();
        private final long startNanos = System.nanoTime();
        private volatile String transport = "";
        private volatile HostPort peer = home.current();
        private final Set<PlacedTunnel> asked = ConcurrentHashMap.newKeySet();
        private volatile @Nullable Heartbeat heartbeat;
        private volatile @Nullable RemoteServer server;

        @Override
        public List<Credential> credentials() {
            return client.credentials();
        }

        @Override
        public String instance() {
            return client.instance();
        }

        @Override
        public String software() {
            return client.software();
        }

        @Override
        public String clientId() {
            return settings.clientId();
        }

        @Override
        public void deliver(String name, StreamOrigin origin, DuplexChannel stream, DialReply reply) {
            PlacedTunnel tunnel = home.tunnel(name);
            if (tunnel == null) {
                reply.refused(
                        new CulvertException(ServiceError.NOT_LISTED, "the server asked for tunnel \"" + name + "\"."));
            } else if (tunnel.tunnel().isPaused()) {
                reply.refused(new CulvertException(TunnelError.PAUSED, "tunnel \"" + name + "\" is paused."));
            } else {
                // Where the dialect says for whom a stream is, one for nobody asks whether the way is open.
                boolean probe = home.wire().negotiatesTunnels() && origin.equals(StreamOrigin.UNKNOWN);
                tunnel.tunnel()
                        .service()
                        .deliver(new Delivery(tunnel, principal().account(), origin, stream, reply, observer, probe));
            }
        }

        @Override
        public void tunnelClosed(String name, CulvertException cause) {
            PlacedTunnel tunnel = home.tunnel(name);
            RemoteServer from = server;
            if (tunnel == null || from == null) {
                return;
            }
            tunnel.refused(cause);
            observer.tunnelClosed(tunnelEvent(tunnel, cause.reason()));
            retryLater(from, tunnel, cause);
        }

        @Override
        public void tunnelPaused(String name, boolean paused) {
            PlacedTunnel tunnel = home.tunnel(name);
            if (tunnel != null) {
                tunnel.pausedThere(paused);
            }
        }

        @Override
        public void draining(Duration deadline) {
            if (!settings.reconnect()) {
                return; // what is open may finish, and the end of the session is the client's
            }
            // What is open may finish; a new session is built beside it, for what is to come.
            failed(this, new CulvertException(TunnelError.SERVER_DRAINING, "the server announced its end."), false);
        }

        void active(Wire.Login login) {
            RemoteServer remote = login.server();
            transport = login.way().name();
            peer = login.way().server();
            home.reached(login.way().home());
            server = remote;
            boolean unwanted;
            synchronized (ServerConnection.this) {
                unwanted = stopped || current != this;
                sessions++;
            }
            if (unwanted) {
                remote.close(null);
                return;
            }
            backoff.reset();
            home.decides();
            heartbeat = Heartbeat.start(remote::ping, remote.closeFuture(), context.scheduler());
            observer.transport(login.status());
            observer.connected(event(""));
            remote.closeFuture().addListener((Future<Void> closed) -> ended(closed.cause()));
            CompletableFuture<?>[] opens = home.tunnels().stream()
                    .map(tunnel -> openOnce(remote, tunnel))
                    .toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(opens).whenComplete((done, failure) -> {
                client.settled(home);
                CulvertException refusal = home.refusal();
                if (refusal != null) {
                    client.refusedBy(home, refusal);
                }
            });
        }

        /** Unless it is being opened: a change of the tunnels and the end of a login may both ask for it. */
        CompletableFuture<Void> openOnce(RemoteServer remote, PlacedTunnel tunnel) {
            return asked.add(tunnel) ? open(remote, tunnel, false) : DONE;
        }

        void close(RemoteServer remote, String name) {
            remote.closeTunnel(name);
            asked.removeIf(tunnel -> tunnel.name().equals(name) && !home.has(tunnel));
        }

        void reopen(RemoteServer remote, PlacedTunnel tunnel) {
            remote.closeTunnel(tunnel.name());
            asked.add(tunnel);
            open(remote, tunnel, false);
        }

        long uptimeMillis() {
            return (System.nanoTime() - startNanos) / 1_000_000;
        }

        private void ended(@Nullable Throwable failure) {
            CulvertException cause = failure == null ? null : Failures.of(failure);
            observer.disconnected(event(cause == null ? "" : cause.reason()));
            boolean known;
            synchronized (ServerConnection.this) {
                known = current == this;
            }
            if (known && home.sessions() <= 1) {
                home.tunnels().forEach(PlacedTunnel::lost);
            }
            failed(this, cause, false);
        }

        private CompletableFuture<Void> open(RemoteServer remote, PlacedTunnel tunnel, boolean yielding) {
            TunnelSection said = tunnel.tunnel().section();
            return remote.openTunnel(tunnel.request(yielding))
                    .handle((Optional<Endpoint> endpoint, @Nullable Throwable failure) -> {
                        if (!home.has(tunnel)) {
                            return DONE; // it was closed meanwhile
                        }
                        if (failure == null) {
                            tunnel.opened(endpoint.orElse(null));
                            observer.tunnelOpened(tunnelEvent(tunnel, ""));
                            if (!tunnel.tunnel().keepsLimits(said)) {
                                revise(tunnel); // they were replaced meanwhile
                            }
                            if (tunnel.tunnel().isPaused()) {
                                remote.pauseTunnel(tunnel.name(), true);
                            }
                            if (tunnel.tunnel().unwell() != null) {
                                tell(remote, tunnel.tunnel());
                            }
                            client.settled(home);
                            return DONE;
                        }
                        return refused(remote, tunnel, Failures.of(failure));
                    })
                    .thenCompose(answered -> answered)
                    .toCompletableFuture();
        }

        private CompletableFuture<Void> refused(RemoteServer remote, PlacedTunnel tunnel, CulvertException cause) {
            if (remote.closeFuture().isDone()) {
                return DONE;
            }
            boolean another = tunnel.refused(cause);
            observer.tunnelRefused(tunnel.name(), peer.toString(), cause);
            if (another) {
                return open(remote, tunnel, false);
            }
            retryLater(remote, tunnel, cause);
            return DONE;
        }

        private void retryLater(RemoteServer remote, PlacedTunnel tunnel, CulvertException cause) {
            int code = cause.code().number();
            // Whoever was replaced does not take the endpoint back while the other is there: they would go on for ever.
            boolean yielding = code == TunnelError.REPLACED.number();
            // The server has not heard yet that the one before it is closed.
            boolean soon = code == TunnelError.DUPLICATE_NAME.number();
            Duration pause = soon ? AFTER_DUPLICATE : settings.maxInterval();
            context.scheduler()
                    .schedule(
                            () -> {
                                boolean wanted = home.has(tunnel) && !tunnel.isOpen();
                                if (wanted && !remote.closeFuture().isDone()) {
                                    open(remote, tunnel, yielding);
                                }
                            },
                            pause.toMillis(),
                            TimeUnit.MILLISECONDS);
        }

        // A dialect that does not say leaves this client with its own name.
        private Principal principal() {
            RemoteServer remote = server;
            return remote == null
                    ? Principal.of(settings.clientId())
                    : remote.principal().orElseGet(() -> Principal.of(settings.clientId()));
        }

        private SessionEvent event(String reason) {
            RemoteServer remote = server;
            return new SessionEvent(
                    Role.CLIENT,
                    remote == null ? "" : remote.sessionId(),
                    principal(),
                    peer.toString(),
                    "",
                    Duration.ofNanos(System.nanoTime() - startNanos),
                    reason);
        }

        private TunnelEvent tunnelEvent(PlacedTunnel tunnel, String reason) {
            Endpoint endpoint = tunnel.endpoint();
            String shown = endpoint == null
                    ? ""
                    : endpoint.orHost(home.current().host()).toString();
            return new TunnelEvent(event(""), tunnel.name(), tunnel.tunnel().type(), shown, reason);
        }
    }
}
