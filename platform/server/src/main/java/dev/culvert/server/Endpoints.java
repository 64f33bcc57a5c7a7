package dev.culvert.server;

import dev.culvert.engine.config.TunnelLimits;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.config.TunnelSharing;
import dev.culvert.engine.telemetry.Traffic;
import dev.culvert.engine.wire.Parameters;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Principal;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.dialect.TunnelRequest;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Claim;
import dev.culvert.spi.registry.ClaimResult;
import dev.culvert.spi.registry.Lease;
import dev.culvert.spi.registry.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints are public and who serves them: opens tunnels for sessions, keeps endpoints while their client is
 * away, settles who gets one that is taken. Thread-safe.
 */
final class Endpoints {

    private static final Duration ASSIGNED_KEPT_FOR = Duration.ofMinutes(5);
    private static final Duration MAINTENANCE = Traffic.LOOKED_AT;
    private static final int REBIND_ATTEMPTS = 10;
    private static final long REBIND_PAUSE_MILLIS = 50;
    private static final long CLOSING_NANOS = Duration.ofSeconds(2).toNanos();

    private final Map<String, Protocol<?>> protocols;
    private volatile Parameters reader;
    private final Registry registry;
    private final SessionListener events;
    private final ScheduledExecutorService scheduler;
    private final Duration reserveFor;
    private final Map<String, CompletableFuture<PublicTunnel>> open = new ConcurrentHashMap<>();
    private final Map<String, Boolean> assigned = new ConcurrentHashMap<>();
    private final Collection<PublicTunnel> declared = new CopyOnWriteArrayList<>();
    private final Counts refused = new Counts();
    private final Counts throttled = new Counts();
    private final Pauses pauses = new Pauses();
    private final Figures figures = new Figures();
    private final Map<String, Long> closing = new ConcurrentHashMap<>();

    Endpoints(
            Map<String, Protocol<?>> protocols,
            Parameters reader,
            Registry registry,
            SessionListener events,
            ScheduledExecutorService scheduler,
            Duration reserveFor) {
        this.protocols = protocols;
        this.reader = reader;
        this.registry = registry;
        this.events = events;
        this.scheduler = scheduler;
        this.reserveFor = reserveFor;
        scheduler.scheduleWithFixedDelay(
                this::maintain, MAINTENANCE.toMillis(), MAINTENANCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Opens a tunnel that a session asks for. */
    CompletionStage<Endpoint> open(Session session, TunnelRequest request) {
        AtomicReference<@Nullable ServedTunnel> entered = new AtomicReference<>();
        return failingWith(() -> {
                    session.requireGood();
                    Permission.require(session.principal(), request.type(), request.name());
                    ServedTunnel served = new ServedTunnel(
                            session,
                            request.type(),
                            request.name(),
                            TunnelAccess.of(request.parameters()),
                            TunnelLimits.of(request.parameters()),
                            TunnelSharing.of(request.parameters()),
                            request.local(),
                            figures.of(session.listener()));
                    if (session.tunnels().putIfAbsent(request.name(), served) != null) {
                        throw new CulvertException(
                                TunnelError.DUPLICATE_NAME, "tunnel \"" + request.name() + "\" is open already.");
                    }
                    entered.set(served);
                    return opened(session, request, served, protocol(request.type()));
                })
                .whenComplete((endpoint, failure) -> {
                    ServedTunnel served = entered.get();
                    if (failure == null && served != null) {
                        session.refusals().remove(request.name());
                        SessionLog.tunnelOpened(session, request.name(), endpoint);
                        events.tunnelOpened(served.event(""));
                        PublicTunnel behind = served.tunnel();
                        if (behind != null && behind.isPaused()) {
                            session.client().tunnelPaused(served.name(), true);
                        }
                        served.health()
                                .begin(!Boolean.FALSE.equals(
                                        request.parameters().get("probe")));
                    } else if (failure != null) {
                        if (served != null) {
                            session.tunnels().remove(request.name(), served);
                            served.uncount();
                        }
                        CulvertException cause = CulvertFailures.of(failure);
                        refused.add(session.principal().account(), cause.code().code());
                        if (!session.tunnels().containsKey(request.name())) {
                            session.refusals().add(request, cause);
                        }
                        SessionLog.tunnelRefused(session, request.name(), cause);
                    }
                });
    }

    /** Reads what tunnels ask for by these plugins from now on. */
    void readBy(Parameters newer) {
        reader = newer;
    }

    /** Makes a tunnel of the server's own file public, before any client is there. */
    CompletionStage<PublicTunnel> declare(String name, String type, Object parameters) {
        return failingWith(() -> declared(name, type, protocol(type), parameters));
    }

    /** Takes a tunnel of the server's own file away; nobody serves it any more. */
    void withdraw(PublicTunnel tunnel) {
        declared.remove(tunnel);
        close(tunnel);
        SessionLog.withdrawn(tunnel.name());
    }

    /**
     * Refuses the visitors of a tunnel, or takes them again.
     *
     * @param wanted its name, or {@code account/name}
     */
    void pause(String wanted, boolean paused) {
        List<PublicTunnel> named = all().stream()
                .filter(tunnel -> tunnel.name().equals(wanted)
                        || wanted.equals(tunnel.owner().account() + "/" + tunnel.name()))
                .toList();
        Set<String> accounts = new TreeSet<>();
        named.forEach(tunnel -> accounts.add(tunnel.owner().account()));
        if (accounts.isEmpty()) {
            throw new CulvertException(TunnelError.UNKNOWN_NAME, "no tunnel is named \"" + wanted + "\".");
        }
        if (accounts.size() > 1) {
            throw new CulvertException(
                    TunnelError.AMBIGUOUS_NAME, "accounts " + accounts + " have a tunnel \"" + wanted + "\".");
        }
        PublicTunnel one = named.get(0);
        pauses.set(one.owner().account(), one.name(), paused);
        SessionLog.pausedHere(one.owner().account(), one.name(), paused);
        named.forEach(tunnel -> registry.find(tunnel.key())
                .thenAccept(found -> found.forEach(candidate -> {
                    if (candidate instanceof ServedTunnel served) {
                        served.owner().client().tunnelPaused(served.name(), paused);
                    }
                })));
    }

    /** What has gone through. */
    Figures figures() {
        return figures;
    }

    /** Those that are public now. */
    List<PublicTunnel> all() {
        List<PublicTunnel> all = new ArrayList<>(declared);
        for (CompletableFuture<PublicTunnel> future : open.values()) {
            PublicTunnel tunnel = future.isCompletedExceptionally() ? null : future.getNow(null);
            if (tunnel != null) {
                all.add(tunnel);
            }
        }
        return all;
    }

    /** Lets a session serve a tunnel of the server's own file. */
    CompletionStage<Void> serve(Session session, PublicTunnel tunnel, TunnelSection section) {
        try {
            Permission.require(session.principal(), tunnel.type(), tunnel.name());
        } catch (CulvertException e) {
            SessionLog.tunnelRefused(session, tunnel.name(), e);
            return CompletableFuture.completedFuture(null); // others may serve it
        }
        ServedTunnel served = new ServedTunnel(
                session,
                tunnel.type(),
                tunnel.name(),
                section.visitors(),
                section.limits(),
                section.sharing(),
                "",
                figures.of(session.listener()));
        session.tunnels().put(tunnel.name(), served);
        Claim claim = new Claim(
                tunnel.key(), tunnel.name(), session.principal(), session.instance(), section.onConflict(), served);
        return claim(claim, true).thenAccept(granted -> {
            served.granted(tunnel, granted.lease());
            replaced(granted);
            tunnel.arrived();
            events.tunnelOpened(served.event(""));
        });
    }

    /**
     * A session no longer serves a tunnel.
     *
     * @param reserve whether its endpoint is kept for the account
     * @param cause why, or null if that was wished for
     */
    void close(ServedTunnel served, boolean reserve, @Nullable CulvertException cause) {
        served.owner().tunnels().remove(served.name(), served);
        served.uncount();
        served.health().stop();
        PublicTunnel tunnel = served.tunnel();
        Lease lease = served.lease();
        if (tunnel == null || lease == null) {
            return;
        }
        tunnel.served();
        String reason = cause == null ? "" : cause.reason();
        SessionLog.tunnelClosed(served.owner(), served.name(), reason);
        events.tunnelClosed(served.event(reason));
        registry.release(lease, reserve).thenRun(() -> {
            if (!reserve) {
                closeIfUnserved(tunnel);
            }
        });
    }

    /** For how many nanoseconds a bandwidth held connections back, by account and tunnel. */
    Counts throttled() {
        return throttled;
    }

    /** Tunnels that clients asked for and did not get, by account and code. */
    Counts refused() {
        return refused;
    }

    /** Where tunnels of the server's own file are public. */
    Map<String, Endpoint> declared() {
        Map<String, Endpoint> all = new LinkedHashMap<>();
        for (PublicTunnel tunnel : declared) {
            EndpointLease lease = tunnel.endpoint();
            if (lease != null) {
                all.put(tunnel.name(), lease.endpoint());
            }
        }
        return all;
    }

    /** How many endpoints are public. */
    int size() {
        return open.size() + declared.size();
    }

    /** Takes no more visitors anywhere. */
    void closeAll() {
        Collection<CompletableFuture<PublicTunnel>> all = open.values();
        all.forEach(tunnel -> tunnel.thenAccept(PublicTunnel::close));
        open.clear();
        declared.forEach(PublicTunnel::close);
        declared.clear();
    }

    private <P> CompletionStage<Endpoint> opened(
            Session session, TunnelRequest request, ServedTunnel served, Protocol<P> protocol) {
        P parameters = reader.read(request.parameters(), protocol.parametersType());
        Supplier<PublicTunnel> make = () -> new PublicTunnel(
                request.type(),
                request.name(),
                session.principal(),
                parameters,
                registry,
                events,
                pauses,
                figures.total(),
                throttled);
        Optional<Endpoint> requested = protocol.requested(parameters);
        if (requested.isEmpty()) {
            return assigned(session, request, served, protocol, parameters, make);
        }
        Endpoint endpoint = requested.get();
        Permission.require(session.principal(), endpoint);
        String key = endpoint.toString();
        served.count(key);
        return claim(claimOf(session, request, key, served), true)
                .thenCompose(granted -> expose(key, served, protocol, parameters, make)
                        .handle((tunnel, failure) -> {
                            if (failure != null) {
                                registry.release(granted.lease(), false);
                                throw CulvertFailures.of(failure);
                            }
                            return settled(served, granted, tunnel);
                        }));
    }

    // The protocol picks; what it picked is claimed afterwards, so that nobody else gets it while this client is away.
    private <P> CompletionStage<Endpoint> assigned(
            Session session,
            TunnelRequest request,
            ServedTunnel served,
            Protocol<P> protocol,
            P parameters,
            Supplier<PublicTunnel> make) {
        PublicTunnel tunnel = make.get();
        return protocol.open(tunnel, parameters).thenCompose(lease -> {
            tunnel.exposed(lease, protocol.pinned(parameters, lease.endpoint()));
            String key = lease.endpoint().toString();
            return failingWith(() -> {
                        Permission.require(session.principal(), lease.endpoint());
                        served.count(key);
                        return claim(claimOf(session, request, key, served), true);
                    })
                    .handle((granted, failure) -> {
                        if (failure != null) {
                            lease.close();
                            throw CulvertFailures.of(failure);
                        }
                        assigned.put(key, true);
                        open.put(key, CompletableFuture.completedFuture(tunnel));
                        return settled(served, granted, tunnel);
                    });
        });
    }

    private Endpoint settled(ServedTunnel served, ClaimResult.Granted granted, PublicTunnel tunnel) {
        served.granted(tunnel, granted.lease());
        replaced(granted);
        tunnel.arrived();
        EndpointLease endpoint = tunnel.endpoint();
        if (endpoint == null) {
            throw new IllegalStateException("tunnel " + tunnel.name() + " has no endpoint");
        }
        return endpoint.endpoint();
    }

    // What is public already is kept if it is the same thing; otherwise it makes room first.
    private <P> CompletableFuture<PublicTunnel> expose(
            String key, ServedTunnel served, Protocol<P> protocol, P parameters, Supplier<PublicTunnel> make) {
        Principal owner = served.owner().principal();
        CompletableFuture<PublicTunnel> result = open.compute(key, (same, before) -> {
            if (before == null) {
                return bind(protocol, parameters, make, attempts(key));
            }
            return before.handle((tunnel, failure) -> tunnel).thenCompose(tunnel -> {
                if (tunnel != null && tunnel.fits(owner, parameters)) {
                    return CompletableFuture.completedFuture(tunnel);
                }
                if (tunnel == null) {
                    return bind(protocol, parameters, make, REBIND_ATTEMPTS);
                }
                return registry.find(key).thenCompose(sharing -> {
                    requireAlone(key, served, sharing);
                    close(tunnel);
                    return bind(protocol, parameters, make, REBIND_ATTEMPTS);
                });
            });
        });
        result.whenComplete((tunnel, failure) -> {
            if (failure != null) {
                open.remove(key, result);
            }
        });
        return result;
    }

    // Else whoever comes to a group could take away the filters that protect the services of the others.
    private static void requireAlone(String key, ServedTunnel served, List<Candidate> sharing) {
        if (sharing.stream().anyMatch(one -> !one.member().sameClient(served.member()))) {
            throw new CulvertException(
                    TunnelError.ENDPOINT_HELD,
                    key + ": other clients of the account share it with other keys (expected: the same on all).");
        }
    }

    private <P> CompletableFuture<PublicTunnel> bind(
            Protocol<P> protocol, P parameters, Supplier<PublicTunnel> make, int attempts) {
        PublicTunnel tunnel = make.get();
        CompletableFuture<PublicTunnel> bound = new CompletableFuture<>();
        protocol.open(tunnel, parameters).whenComplete((lease, failure) -> {
            if (failure == null) {
                tunnel.exposed(lease);
                bound.complete(tunnel);
            } else if (attempts > 1) {
                // The listener that makes room closes on its own loop, perhaps a moment later.
                scheduler.schedule(
                        () -> bind(protocol, parameters, make, attempts - 1).whenComplete((later, again) -> {
                            if (again == null) {
                                bound.complete(later);
                            } else {
                                bound.completeExceptionally(again);
                            }
                        }),
                        REBIND_PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
            } else {
                bound.completeExceptionally(failure);
            }
        });
        return bound;
    }

    private <P> CompletionStage<PublicTunnel> declared(String name, String type, Protocol<P> protocol, Object said) {
        Class<P> wanted = protocol.parametersType();
        // Both halves are of one file, and mostly of one plugin: secrets need not travel, so they may be there.
        P parameters = wanted.isInstance(said)
                ? Parameters.validated(wanted.cast(said))
                : reader.read(Parameters.write(said), wanted);
        Supplier<PublicTunnel> make = () -> new PublicTunnel(
                type, name, Principal.ANONYMOUS, parameters, registry, events, pauses, figures.total(), throttled);
        int attempts = protocol.requested(parameters)
                .map(endpoint -> attempts(endpoint.toString()))
                .orElse(1);
        return bind(protocol, parameters, make, attempts).thenApply(tunnel -> {
            declared.add(tunnel);
            SessionLog.declared(name, tunnel.key());
            return tunnel;
        });
    }

    private CompletionStage<ClaimResult.Granted> claim(Claim claim, boolean mayProbe) {
        return registry.claim(claim).thenCompose(result -> {
            if (result instanceof ClaimResult.Granted granted) {
                return CompletableFuture.completedFuture(granted);
            }
            ClaimResult.Held held = (ClaimResult.Held) result;
            boolean own = held.owner().equals(claim.owner().name());
            if (mayProbe && own && !held.holders().isEmpty()) {
                return SignsOfLife.evictSilent(held.holders(), scheduler)
                        .thenCompose(evicted -> evicted ? claimAfter(claim, held) : refuse(claim, held));
            }
            return refuse(claim, held);
        });
    }

    private CompletionStage<ClaimResult.Granted> claimAfter(Claim claim, ClaimResult.Held held) {
        CompletableFuture<?>[] released = held.holders().stream()
                .map(lease -> registry.release(lease, true).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(released).thenCompose(done -> claim(claim, false));
    }

    private static CompletionStage<ClaimResult.Granted> refuse(Claim claim, ClaimResult.Held held) {
        String state = held.holders().isEmpty() ? "reserved for" : "held by";
        String way = held.sameAccount() ? "; set on_conflict = \"replace\" to take it over" : "";
        return CompletableFuture.failedFuture(new CulvertException(
                TunnelError.ENDPOINT_HELD,
                "tunnel \"" + claim.tunnel() + "\" refused: " + claim.key() + " is " + state + " principal \""
                        + held.owner() + "\"" + way + "."));
    }

    private void replaced(ClaimResult.Granted granted) {
        for (Lease lease : granted.replaced()) {
            if (lease.claim().candidate() instanceof ServedTunnel before) {
                CulvertException cause = new CulvertException(
                        TunnelError.REPLACED,
                        "a newer client took over " + lease.claim().key() + ".");
                close(before, false, cause);
                before.owner().client().tunnelClosed(before.name(), cause);
            }
        }
    }

    private void closeIfUnserved(PublicTunnel tunnel) {
        String key = tunnel.key();
        registry.find(key).thenAccept(found -> {
            CompletableFuture<PublicTunnel> current = open.get(key);
            boolean same = current != null && current.getNow(null) == tunnel;
            if (found.isEmpty() && same && open.remove(key, current)) {
                assigned.remove(key);
                close(tunnel);
            }
        });
    }

    private void close(PublicTunnel tunnel) {
        closing.put(tunnel.key(), System.nanoTime());
        tunnel.close();
    }

    // A listener closes on its own loop, perhaps a moment after it was told to.
    private int attempts(String key) {
        Long since = closing.get(key);
        return since != null && System.nanoTime() - since < CLOSING_NANOS ? REBIND_ATTEMPTS : 1;
    }

    private void maintain() {
        all().forEach(tunnel -> tunnel.traffic().status());
        closeAbandoned();
    }

    private void closeAbandoned() {
        closing.values().removeIf(since -> System.nanoTime() - since > CLOSING_NANOS);
        open.forEach((key, future) -> {
            PublicTunnel tunnel = future.isCompletedExceptionally() ? null : future.getNow(null);
            if (tunnel == null) {
                return;
            }
            registry.find(key).thenCombine(registry.owned(key), (found, owned) -> {
                if (!found.isEmpty()) {
                    tunnel.served();
                } else if (!owned || tunnel.unservedFor().compareTo(keptFor(key)) > 0) {
                    closeIfUnserved(tunnel);
                }
                return null;
            });
        });
    }

    private Duration keptFor(String key) {
        boolean picked = assigned.containsKey(key);
        return picked && reserveFor.compareTo(ASSIGNED_KEPT_FOR) > 0 ? ASSIGNED_KEPT_FOR : reserveFor;
    }

    private Protocol<?> protocol(String type) {
        Protocol<?> protocol = protocols.get(type);
        if (protocol == null) {
            throw new CulvertException(
                    TunnelError.NO_SUCH_PROTOCOL,
                    "type \"" + type + "\" (expected: one of " + new TreeSet<>(protocols.keySet()) + ").");
        }
        return protocol;
    }

    private static Claim claimOf(Session session, TunnelRequest request, String key, ServedTunnel served) {
        return new Claim(key, request.name(), session.principal(), session.instance(), request.onConflict(), served);
    }

    private static <T> CompletionStage<T> failingWith(Supplier<CompletionStage<T>> action) {
        try {
            return action.get();
        } catch (CulvertException | CompletionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
