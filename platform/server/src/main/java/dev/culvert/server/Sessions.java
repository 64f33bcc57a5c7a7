package dev.culvert.server;

import dev.culvert.engine.config.TunnelSection;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.dialect.Admission;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.ServerSession;
import dev.culvert.spi.event.SessionListener;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The sessions that are active. Thread-safe. */
final class Sessions {

    static final Duration GOODBYE = Duration.ofSeconds(1);

    private final Endpoints endpoints;
    private final SessionListener events;
    private final ScheduledExecutorService scheduler;
    private final Accounts accounts = new Accounts();
    private final Comebacks comebacks = new Comebacks();
    private final Map<String, Session> active = new ConcurrentHashMap<>();
    private final Map<String, List<DeclaredTunnel>> declared = new ConcurrentHashMap<>();
    private volatile boolean draining;

    Sessions(Endpoints endpoints, SessionListener events, ScheduledExecutorService scheduler) {
        this.endpoints = endpoints;
        this.events = events;
        this.scheduler = scheduler;
    }

    /** Every session that comes through a listener serves this tunnel; those that are there begin now. */
    void declare(String listener, PublicTunnel tunnel, TunnelSection section) {
        declared.computeIfAbsent(listener, name -> new CopyOnWriteArrayList<>())
                .add(new DeclaredTunnel(tunnel, section));
        for (Session session : active.values()) {
            if (session.listener().equals(listener)) {
                endpoints.serve(session, tunnel, section);
            }
        }
    }

    /** Those who serve this tunnel, now or later, go by another section with the same endpoint. */
    void revise(PublicTunnel tunnel, TunnelSection section) {
        declared.values()
                .forEach(tunnels ->
                        tunnels.replaceAll(one -> one.tunnel() == tunnel ? new DeclaredTunnel(tunnel, section) : one));
        for (Session session : active.values()) {
            for (ServedTunnel served : session.tunnels().values()) {
                if (served.tunnel() == tunnel) {
                    served.revise(section.visitors(), section.limits(), section.sharing());
                }
            }
        }
        SessionLog.revisedHere(tunnel.name());
    }

    /** Nobody serves this tunnel any more. */
    void withdraw(PublicTunnel tunnel) {
        declared.values().forEach(tunnels -> tunnels.removeIf(one -> one.tunnel() == tunnel));
        CulvertException cause = new CulvertException(TunnelError.CLOSED, "the server's file names it no more.");
        for (Session session : active.values()) {
            for (ServedTunnel served : session.tunnels().values()) {
                if (served.tunnel() == tunnel) {
                    endpoints.close(served, false, cause);
                }
            }
        }
    }

    CompletionStage<ServerSession> admit(
            Admission admission, RemoteClient client, SocketAddress peer, String listener) {
        if (draining) {
            return CompletableFuture.failedFuture(
                    new CulvertException(TunnelError.SERVER_DRAINING, "the server takes no new sessions."));
        }
        if (!admission.principal().rights().sourceNetworks().permits(peer)) {
            return CompletableFuture.failedFuture(new CulvertException(
                    AuthError.SOURCE_NOT_PERMITTED,
                    "principal \"" + admission.principal().name() + "\" may not log in from " + Source.text(peer)
                            + "."));
        }
        AccountUse use;
        try {
            use = accounts.enter(
                    admission.principal().account(), admission.principal().rights());
        } catch (CulvertException e) {
            makeRoom(admission.principal().account());
            return CompletableFuture.failedFuture(e);
        }
        String id = String.format("%012x", ThreadLocalRandom.current().nextLong(1L << 48));
        Session session = new Session(id, admission, client, peer, listener, endpoints, use, comebacks, scheduler);
        probeOlderOnes(session);
        active.put(id, session);
        SessionLog.active(session);
        events.connected(session.event(""));
        client.closeFuture().addListener((Future<Void> closed) -> ended(session, closed.cause()));
        admission.revoked().thenAccept(session::revoked);
        CompletionStage<Void> served = CompletableFuture.completedFuture(null);
        for (DeclaredTunnel tunnel : declared.getOrDefault(listener, List.of())) {
            served = served.thenCompose(done -> endpoints.serve(session, tunnel.tunnel(), tunnel.section()));
        }
        return served.thenApply(done -> session);
    }

    Collection<Session> all() {
        return active.values();
    }

    /** Admits nobody any more and announces the end to those who are there. */
    void drain(Duration deadline) {
        draining = true;
        active.values().forEach(session -> session.drain(deadline));
    }

    /** Ends every session and gives the goodbyes a moment to go out; blocks for that moment. */
    void closeAll() {
        List<Session> ending = List.copyOf(active.values());
        ending.forEach(session -> session.close(null));
        long end = System.nanoTime() + GOODBYE.toNanos();
        for (Session session : ending) {
            long left = Math.max(0, end - System.nanoTime());
            session.client().closeFuture().awaitUninterruptibly(left, TimeUnit.NANOSECONDS);
        }
    }

    /** Ends the visitors' connections in which the service has answered, and nothing has been said since. */
    void endAnswered(Duration quiet) {
        for (Session session : active.values()) {
            session.tunnels().values().forEach(tunnel -> tunnel.traffic().endAnswered(quiet));
        }
    }

    int streams() {
        return active.values().stream()
                .mapToInt(session -> session.client().streams())
                .sum();
    }

    // A client whose network went away is back long before its old session is seen to be dead.
    private void probeOlderOnes(Session session) {
        for (Session older : active.values()) {
            if (older.isSameClient(session)) {
                SignsOfLife.evictIfSilent(older.client()::ping, older::close, scheduler);
            }
        }
    }

    // The account's lost sessions must not keep it out: whoever was refused comes again.
    private void makeRoom(String account) {
        for (Session session : active.values()) {
            if (session.principal().account().equals(account)) {
                SignsOfLife.evictIfSilent(session.client()::ping, session::close, scheduler);
            }
        }
    }

    private void ended(Session session, @org.jspecify.annotations.Nullable Throwable failure) {
        if (!active.remove(session.id(), session)) {
            return;
        }
        CulvertException cause = failure == null ? null : CulvertFailures.of(failure);
        session.tunnels().values().forEach(tunnel -> endpoints.close(tunnel, true, cause));
        String reason = cause == null ? "" : cause.reason();
        accounts.leave(session.use());
        comebacks.left(session.principal());
        SessionLog.ended(session, session.uptime(), reason.isEmpty() ? "closed" : reason);
        events.disconnected(session.event(reason));
    }

    private record DeclaredTunnel(PublicTunnel tunnel, TunnelSection section) {}
}
