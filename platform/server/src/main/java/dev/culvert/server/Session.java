package dev.culvert.server;

import dev.culvert.engine.config.TunnelLimits;
import dev.culvert.engine.config.TunnelSharing;
import dev.culvert.engine.telemetry.Heartbeat;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.dialect.Admission;
import dev.culvert.spi.dialect.RemoteClient;
import dev.culvert.spi.dialect.ServerSession;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.event.SessionEvent;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One client's session and the tunnels that it serves. Thread-safe. */
final class Session implements ServerSession {

    private final String id;
    private final Admission admission;
    private final RemoteClient client;
    private final SocketAddress peer;
    private final String listener;
    private final Endpoints endpoints;
    private final AccountUse use;
    private final ScheduledExecutorService scheduler;
    private final Heartbeat heartbeat;
    private final AtomicInteger flows = new AtomicInteger();
    private volatile boolean draining;
    private final Instant since = Instant.now();
    private final long startNanos = System.nanoTime();
    private volatile @Nullable CulvertException revocation;
    private final Map<String, ServedTunnel> tunnels = new ConcurrentHashMap<>();
    private final Refusals refusals = new Refusals();
    private final Comebacks comebacks;

    Session(
            String id,
            Admission admission,
            RemoteClient client,
            SocketAddress peer,
            String listener,
            Endpoints endpoints,
            AccountUse use,
            Comebacks comebacks,
            ScheduledExecutorService scheduler) {
        this.id = id;
        this.admission = admission;
        this.client = client;
        this.peer = peer;
        this.listener = listener;
        this.endpoints = endpoints;
        this.use = use;
        this.comebacks = comebacks;
        this.scheduler = scheduler;
        heartbeat = Heartbeat.start(client::ping, client.closeFuture(), scheduler);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public CompletionStage<Endpoint> openTunnel(TunnelRequest request) {
        return endpoints.open(this, request);
    }

    @Override
    public void closeTunnel(String name) {
        refusals.remove(name);
        ServedTunnel tunnel = tunnels.get(name);
        if (tunnel != null) {
            endpoints.close(tunnel, false, null);
        }
    }

    @Override
    public void reviseTunnel(TunnelRequest request) {
        ServedTunnel tunnel = tunnels.get(request.name());
        if (tunnel == null) {
            return;
        }
        try {
            tunnel.revise(
                    TunnelAccess.of(request.parameters()),
                    TunnelLimits.of(request.parameters()),
                    TunnelSharing.of(request.parameters()));
            SessionLog.revised(this, request.name());
        } catch (CulvertException e) {
            endpoints.close(tunnel, false, e);
            client.tunnelClosed(request.name(), e);
        }
    }

    @Override
    public void pauseTunnel(String name, boolean paused) {
        ServedTunnel tunnel = tunnels.get(name);
        if (tunnel != null) {
            tunnel.pause(paused);
            SessionLog.paused(this, name, paused);
        }
    }

    @Override
    public void tunnelHealth(String name, @Nullable CulvertException trouble) {
        ServedTunnel tunnel = tunnels.get(name);
        if (tunnel != null) {
            tunnel.found(trouble);
            SessionLog.health(this, name, trouble);
        }
    }

    ScheduledExecutorService scheduler() {
        return scheduler;
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    /** Announces the end: open streams may finish, none start. */
    void drain(Duration deadline) {
        draining = true;
        client.drain(deadline);
    }

    boolean isDraining() {
        return draining;
    }

    Principal principal() {
        return admission.principal();
    }

    String instance() {
        return admission.instance();
    }

    String software() {
        return admission.software();
    }

    RemoteClient client() {
        return client;
    }

    SocketAddress peer() {
        return peer;
    }

    String listener() {
        return listener;
    }

    /** How many flows of datagrams its streams carry. */
    int flows() {
        return flows.get();
    }

    void flowBegan() {
        flows.incrementAndGet();
    }

    void flowEnded() {
        flows.decrementAndGet();
    }

    Instant since() {
        return since;
    }

    Duration uptime() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** The tunnels it serves, by name; live. */
    Map<String, ServedTunnel> tunnels() {
        return tunnels;
    }

    /** The tunnels that it asked for and did not get. */
    Refusals refusals() {
        return refusals;
    }

    /** How often its client has come back. */
    int reconnects() {
        return comebacks.of(principal());
    }

    boolean isSameClient(Session other) {
        return principal().name().equals(other.principal().name()) && instance().equals(other.instance());
    }

    AccountUse use() {
        return use;
    }

    /** Its credential is no longer good: nothing opens from this moment on, and then it ends. */
    void revoked(CulvertException cause) {
        revocation = cause;
        close(cause);
    }

    /** Throws if its credential is no longer good. */
    void requireGood() {
        CulvertException cause = revocation;
        if (cause != null) {
            throw cause;
        }
    }

    void close(@Nullable CulvertException cause) {
        client.close(cause);
    }

    SessionEvent event(String reason) {
        return new SessionEvent(Role.SERVER, id, principal(), String.valueOf(peer), listener, uptime(), reason);
    }
}
