package dev.culvert.client;

import dev.culvert.engine.EngineContext;
import dev.culvert.engine.config.HealthCheckSection;
import dev.culvert.engine.config.ReloadPlan;
import dev.culvert.engine.config.SectionChanges;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.net.Sockets;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.telemetry.Traffic;
import dev.culvert.spi.AuthError;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Role;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.auth.Credential;
import dev.culvert.spi.protocol.LocalService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client: keeps sessions to a server and delivers what arrives on them to local services. Thread-safe.
 *
 * <p>Started by {@link #start()}, which returns at once; it goes on until {@link #stop} or until {@link #ended} says why
 * it cannot.
 */
public final class TunnelClient implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger("culvert.client");
    private static final long DRAIN_POLL_MILLIS = 20;

    private final ClientSettings settings;
    private final EngineContext context;
    private final Observers observers;
    private final Instant startedAt = Instant.now();
    private final String instance = UUID.randomUUID().toString();
    private final List<KnownServer> servers = new ArrayList<>();
    private final List<Credential> retired = new ArrayList<>();
    private final CompletableFuture<ClientEnd> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Object reloading = new Object();
    private volatile ClientSettings current;
    private volatile List<Credential> credentials;
    private volatile Map<String, LocalTunnel> tunnels;
    private volatile boolean succeeded;
    private boolean stopped;

    /**
     * Builds every part of a client; nothing is connected yet.
     *
     * @param settings what it consists of
     * @param watching who else is told what happens
     * @throws CulvertException if the parts do not fit
     */
    public TunnelClient(ClientSettings settings, List<ClientObserver> watching) {
        this.settings = settings;
        current = settings;
        context = new EngineContext(
                Role.CLIENT,
                settings.dataDirectory(),
                Sockets.open(settings.network(), settings.threads()),
                warning -> log.warn("{}", warning));
        try {
            observers = Observers.of(settings, watching, context);
            credentials = credentials(settings);
            tunnels = built(enabled(settings));
            for (List<HostPort> addresses : addresses(settings)) {
                KnownServer server = new KnownServer(addresses, new Wire(addresses, settings, context));
                checkTunnels(server.wire(), tunnels.size());
                for (int i = 0; i < settings.connections(); i++) {
                    server.add(new ServerConnection(this, server, settings, context, observers));
                }
                server.serve(tunnels.values(), List.of());
                servers.add(server);
            }
            ended.thenAccept(end -> ready.completeExceptionally(
                    end.cause() != null
                            ? end.cause()
                            : new CulvertException(WireError.CONNECTION_LOST, "the client ended first.")));
        } catch (RuntimeException | Error e) {
            context.close();
            throw e;
        }
    }

    /**
     * Finds out whether parts make a client; nothing is connected.
     *
     * @param settings what it would consist of
     * @param warnings takes what may be meant, but should be known
     * @throws CulvertException if they do not
     */
    public static void check(ClientSettings settings, Consumer<String> warnings) {
        try (EngineContext context = new EngineContext(
                Role.CLIENT, settings.dataDirectory(), Sockets.open(settings.network(), 1), warnings)) {
            int enabled = enabled(settings).size();
            for (List<HostPort> addresses : addresses(settings)) {
                Wire wire = new Wire(addresses, settings, context);
                checkTunnels(wire, enabled);
                warnIfReadable(wire, context);
                wire.close();
            }
        }
    }

    /** Begins to connect. */
    public void start() {
        log.debug("data plane on {}", context.network().name());
        SummaryLog.start(settings.summaryInterval(), this::status, context.scheduler());
        long pause = Traffic.LOOKED_AT.toMillis();
        context.scheduler().scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
        tunnels.values().forEach(this::check);
        for (KnownServer server : servers) {
            warnIfReadable(server.wire(), context);
            // The others wait until the first has its tunnels: they ask for the same endpoints.
            server.connections().get(0).connect();
        }
    }

    /** Completes when every tunnel has been public once; fails if the client ends before. */
    public CompletionStage<Void> ready() {
        return ready;
    }

    /** Completes when the client has ended by itself, or was stopped. */
    public CompletionStage<ClientEnd> ended() {
        return ended;
    }

    /** What it is doing now. */
    public ClientStatus status() {
        List<SessionStatus> sessions = connections()
                .map(ServerConnection::status)
                .filter(Objects::nonNull)
                .map(SessionStatus.class::cast)
                .toList();
        CulvertException failure = sessions.isEmpty()
                ? connections()
                        .map(ServerConnection::lastFailure)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null)
                : null;
        String reason = failure == null ? "" : failure.code().code() + ": " + failure.detail();
        return new ClientStatus(
                servers.stream().map(KnownServer::shown).collect(Collectors.joining(", ")),
                settings.clientId(),
                !sessions.isEmpty() ? "connected" : failure == null ? "connecting" : "retrying",
                reason,
                servers.stream().map(server -> server.wire().status()).toList(),
                sessions,
                connections().mapToInt(ServerConnection::reconnects).sum(),
                startedAt,
                servers.stream()
                        .flatMap(server -> server.tunnels().stream()
                                .map(tunnel -> ClientStatus.TunnelStatus.of(tunnel, server, isStopped())))
                        .toList());
    }

    /**
     * What {@link #reload} would do.
     *
     * @param newer what the client would consist of
     */
    public ReloadPlan plan(ClientSettings newer) {
        SectionChanges<TunnelSection> sections =
                SectionChanges.between(enabled(current), enabled(newer), TunnelSection::name);
        ReloadPlan plan = ReloadPlan.NOTHING.with("tunnel", sections);
        if (!current.auth().equals(newer.auth())) {
            plan = plan.withChanged("auth").withNotes(List.of("auth counts from the next login on"));
        }
        return plan.withRestart(SectionChanges.keys(current, newer, Set.of("tunnel", "auth")));
    }

    /**
     * Takes newer settings over: opens the tunnels that are new, closes those that are gone, replaces those that have
     * changed. Sessions, the streams of all tunnels and everything else go on.
     *
     * @param newer what the client consists of from now on, as far as that can be without a restart
     * @return what was done
     * @throws CulvertException if the parts do not fit; then nothing has changed
     */
    public ReloadPlan reload(ClientSettings newer) {
        synchronized (reloading) {
            if (isStopped()) {
                throw new CulvertException(ConfigError.RELOAD_REFUSED, "the client is stopping.");
            }
            ReloadPlan plan = plan(newer);
            List<TunnelSection> wanted = enabled(newer);
            servers.forEach(server -> checkTunnels(server.wire(), wanted.size()));
            var changes = SectionChanges.between(enabled(current), wanted, TunnelSection::name);
            List<TunnelSection> fresh = new ArrayList<>(changes.added().values());
            fresh.addAll(changes.changed().values());
            // All that can fail comes before anything that is seen.
            List<Credential> proofs = current.auth().equals(newer.auth()) ? credentials : credentials(newer);
            Map<String, LocalTunnel> built = built(fresh);
            if (proofs != credentials) {
                retired.addAll(credentials); // sessions that stand may still renew by them
                credentials = proofs;
            }
            apply(wanted, changes, built);
            current = current.taking(newer);
            return plan;
        }
    }

    private void apply(
            List<TunnelSection> wanted, SectionChanges<TunnelSection> changes, Map<String, LocalTunnel> built) {
        Map<String, LocalTunnel> before = tunnels;
        Map<String, LocalTunnel> after = new LinkedHashMap<>();
        List<LocalTunnel> renewed = new ArrayList<>();
        for (TunnelSection section : wanted) {
            LocalTunnel known = before.get(section.name());
            LocalTunnel fresh = built.get(section.name());
            if (known == null && fresh != null) {
                after.put(section.name(), fresh);
                check(fresh);
            } else if (known != null) {
                after.put(section.name(), known);
                if (fresh != null) {
                    if (!known.asksTheSame(section)) {
                        renewed.add(known);
                    }
                    known.deliverTo(section, fresh.service());
                    check(known);
                }
            }
        }
        tunnels = after;
        servers.forEach(server -> server.serve(after.values(), renewed));
        changes.removed().keySet().forEach(name -> {
            LocalTunnel gone = Objects.requireNonNull(before.get(name), name);
            gone.checkBy(null);
            gone.service().close();
        });
    }

    private void check(LocalTunnel tunnel) {
        HealthCheckSection section = tunnel.section().healthCheck();
        ServiceAddress target = tunnel.section().factory().service();
        if (section != null && target != null) {
            tunnel.checkBy(new ServiceCheck(
                    section, target, context.network(), tunnel.checks(), trouble -> found(tunnel, trouble)));
        } else {
            tunnel.checkBy(null);
            // Nobody looks any more; after all that the last one who did may just be saying.
            tunnel.checks().execute(() -> {
                if (tunnel.unwell() != null) {
                    found(tunnel, null);
                }
            });
        }
    }

    private void found(LocalTunnel tunnel, @Nullable CulvertException trouble) {
        boolean before = tunnel.unwell() == null;
        tunnel.found(trouble);
        observers.serviceHealth(tunnel.name(), trouble);
        if (trouble != null) {
            log.warn("tunnel {}: {}: {}", tunnel.name(), trouble.code().code(), trouble.detail());
        } else if (!before) {
            log.info("tunnel {}: its service is healthy again", tunnel.name());
        }
        if (trouble != null || !before) {
            connections().forEach(connection -> connection.health(tunnel));
        }
    }

    /**
     * Refuses the visitors of a tunnel, or takes them again. Its endpoint is kept; open streams go on.
     *
     * @param name of the tunnel
     * @param paused whether they are refused
     * @throws CulvertException if there is no such tunnel
     */
    public void pause(String name, boolean paused) {
        LocalTunnel tunnel = tunnels.get(name);
        if (tunnel == null) {
            throw new CulvertException(
                    TunnelError.UNKNOWN_NAME,
                    "no tunnel is named \"" + name + "\" (expected: one of " + tunnels.keySet() + ").");
        }
        tunnel.pause(paused);
        connections().forEach(connection -> connection.pause(name, paused));
    }

    /**
     * Ends: the server opens no more streams, open ones may finish, then everything closes. Blocks for at most the
     * deadline.
     *
     * @param deadline how long open streams may go on
     */
    public void stop(Duration deadline) {
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
        }
        connections().forEach(ServerConnection::drain);
        tunnels.values().forEach(tunnel -> tunnel.service().drain());
        awaitStreams(deadline);
        connections().forEach(ServerConnection::close);
        synchronized (reloading) {
            tunnels.values().forEach(tunnel -> {
                tunnel.checkBy(null);
                tunnel.service().close();
            });
            credentials.forEach(Credential::close);
            retired.forEach(Credential::close);
        }
        observers.close();
        servers.forEach(server -> server.wire().close());
        context.close();
        ended.complete(new ClientEnd(ClientEnd.Kind.STOPPED, null));
    }

    /** Ends at once. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    /** How long open streams may go on when it stops, as configured. */
    public Duration drainTimeout() {
        return settings.drainTimeout();
    }

    /**
     * Where a tunnel's service is, for display.
     *
     * @param tunnel its name
     * @return empty if there is no such tunnel
     */
    public String local(String tunnel) {
        LocalTunnel known = tunnels.get(tunnel);
        return known == null ? "" : known.local();
    }

    /** Why a tunnel is not as it should be, at the first server where that is so; null if it is nowhere. */
    @Nullable
    CulvertException problem(String tunnel) {
        for (KnownServer server : servers) {
            PlacedTunnel placed = server.tunnel(tunnel);
            CulvertException cause = placed == null ? null : placed.problem();
            if (cause != null) {
                return cause;
            }
        }
        return null;
    }

    private void look() {
        servers.forEach(
                server -> server.tunnels().forEach(tunnel -> tunnel.traffic().status()));
    }

    String instance() {
        return instance;
    }

    String software() {
        String version = TunnelClient.class.getPackage().getImplementationVersion();
        return "culvert/" + (version == null ? "dev" : version);
    }

    List<Credential> credentials() {
        return credentials;
    }

    /** Every tunnel has been asked for at a server, or one has opened later. */
    void settled(KnownServer server) {
        if (server.tunnels().stream().anyMatch(PlacedTunnel::isOpen)) {
            succeeded = true;
        }
        if (server.tunnels().stream().allMatch(PlacedTunnel::isOpen)) {
            ready.complete(null);
        }
        server.settled();
    }

    /** Whether the client ends because a session could not be made or was lost. */
    boolean endsWith(KnownServer server, @Nullable CulvertException cause, boolean neverActive) {
        if (cause != null && neverActive && mayGiveUp() && isFinal(cause)) {
            ended.complete(new ClientEnd(ClientEnd.Kind.NOT_AUTHENTICATED, cause));
            return true;
        }
        boolean last = servers.stream().allMatch(other -> other == server || other.sessions() == 0);
        if (!settings.reconnect() && last) {
            ClientEnd.Kind kind = cause == null ? ClientEnd.Kind.STOPPED : ClientEnd.Kind.UNREACHABLE;
            ended.complete(new ClientEnd(kind, cause));
            return true;
        }
        return false;
    }

    /** Whether the client ends because the server does not open a tunnel. */
    boolean endsWithRefusal(CulvertException cause) {
        if (!mayGiveUp()) {
            return false;
        }
        ended.complete(new ClientEnd(ClientEnd.Kind.TUNNEL_REFUSED, cause));
        return true;
    }

    // What has worked once may work again: behind a captive portal everything is refused for a while.
    private boolean mayGiveUp() {
        return !succeeded && (settings.exitOnRefusal() || !settings.reconnect());
    }

    // A server that is only slow or overloaded may let this client in later.
    private static boolean isFinal(CulvertException cause) {
        return Failures.isAuthentication(cause) && cause.code().number() != AuthError.KEY_SOURCE_UNREACHABLE.number();
    }

    private List<Credential> credentials(ClientSettings from) {
        return from.auth().stream()
                .map(factory -> Plugins.withLoaderOf(factory, () -> factory.build(context)))
                .toList();
    }

    private Map<String, LocalTunnel> built(List<TunnelSection> sections) {
        Map<String, LocalTunnel> built = new LinkedHashMap<>();
        try {
            for (TunnelSection section : sections) {
                if (section.healthCheck() != null && section.factory().service() == null) {
                    throw new CulvertException(
                            ConfigError.INVALID_VALUE,
                            "tunnel \"" + section.name()
                                    + "\": health_check (expected: none, since the service takes no connections).");
                }
                LocalService service = Plugins.withLoaderOf(
                        section.factory(), () -> section.factory().build(context));
                built.put(
                        section.name(),
                        new LocalTunnel(
                                section, service, context.network().eventLoops().next()));
            }
            return built;
        } catch (RuntimeException e) {
            built.values().forEach(tunnel -> tunnel.service().close());
            throw e;
        }
    }

    private static List<TunnelSection> enabled(ClientSettings settings) {
        Map<String, TunnelSection> sections = new LinkedHashMap<>();
        for (TunnelSection section : settings.tunnel()) {
            if (section.enabled() && sections.put(section.name(), section) != null) {
                throw new CulvertException(
                        ConfigError.CONFLICTING_KEYS, "tunnel: two sections are named \"" + section.name() + "\".");
            }
        }
        return List.copyOf(sections.values());
    }

    private static List<List<HostPort>> addresses(ClientSettings settings) {
        if (settings.serversMode() == ServersMode.FAILOVER || settings.server().size() == 1) {
            return List.of(settings.server());
        }
        if (settings.transport().stream().anyMatch(alternative -> alternative.server() != null)) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS,
                    "transport: an address of its own beside servers_mode = \"all\" (expected: one of them, since it"
                            + " would lead to one and the same server).");
        }
        return settings.server().stream().map(List::of).toList();
    }

    private Stream<ServerConnection> connections() {
        return servers.stream().flatMap(server -> server.connections().stream());
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private static void checkTunnels(Wire wire, int tunnels) {
        if (!wire.negotiatesTunnels() && tunnels != 1) {
            throw new CulvertException(
                    ConfigError.CONFLICTING_KEYS,
                    "tunnel: " + tunnels + " (expected: exactly one, since this dialect does not name tunnels).");
        }
    }

    private void awaitStreams(Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        try {
            while (System.nanoTime() < end && connections().anyMatch(connection -> connection.streams() > 0)) {
                Thread.sleep(DRAIN_POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void warnIfReadable(Wire wire, EngineContext context) {
        for (Way way : wire.readable()) {
            if (!isLoopback(way.server().host())) {
                context.warn("the connection to " + way.server()
                        + " is not encrypted: whoever is on the way can read and change what passes.");
            }
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    }
}
