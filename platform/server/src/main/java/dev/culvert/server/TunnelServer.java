package dev.culvert.server;

import dev.culvert.engine.EngineContext;
import dev.culvert.engine.config.ReloadPlan;
import dev.culvert.engine.config.SectionChanges;
import dev.culvert.engine.config.TunnelSection;
import dev.culvert.engine.net.Sockets;
import dev.culvert.engine.plugin.Plugins;
import dev.culvert.engine.registry.InMemoryRegistry;
import dev.culvert.engine.registry.ReservationLimits;
import dev.culvert.engine.telemetry.ConnectionLog;
import dev.culvert.engine.telemetry.Events;
import dev.culvert.engine.wire.Parameters;
import dev.culvert.spi.ConfigError;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Role;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.auth.Authenticator;
import dev.culvert.spi.auth.AuthenticatorFactory;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.protocol.Protocol;
import dev.culvert.spi.protocol.ProtocolFactory;
import dev.culvert.spi.registry.Registry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server: takes clients in and makes their services public. Started by its constructor's caller with {@link #start()},
 * ended by {@link #stop}. Thread-safe.
 */
public final class TunnelServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger("culvert.server");
    private static final long DRAIN_POLL_MILLIS = 20;

    /** How long visitors who keep connections may be asked to leave before they are left to the drain. */
    private static final Duration LEAVING = Duration.ofSeconds(3);

    /** How long a service has to have been silent after it spoke, until nothing more is expected of it. */
    private static final Duration ANSWERED = Duration.ofMillis(30);

    private final ServerSettings settings;
    private final EngineContext context;
    private final Events events;
    private final Registry registry;
    private final Endpoints endpoints;
    private final Sessions sessions;
    private final Strangers strangers;
    private final Map<String, Protocol<?>> protocols = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Object reloading = new Object();
    private final Map<String, Declared> declaring = new LinkedHashMap<>();
    private final List<Authenticator> retired = new ArrayList<>();
    private final Instant startedAt = Instant.now();
    private volatile List<Authenticator> authenticators = List.of();
    private volatile ServerSettings current;
    private final List<ControlListener> listeners = new ArrayList<>();
    private final Map<String, List<Endpoint>> shared = new LinkedHashMap<>();
    private boolean stopped;

    /**
     * Builds every part of a server; nothing listens yet.
     *
     * @param settings what it consists of
     * @param listeners who else is told what happens, before those of the settings
     * @throws CulvertException if the parts do not make a safe server
     */
    public TunnelServer(ServerSettings settings, List<SessionListener> listeners) {
        Sections.requireDistinct(settings);
        this.settings = settings;
        current = settings;
        context = new EngineContext(
                Role.SERVER,
                settings.dataDirectory(),
                Sockets.open(settings.network(), settings.threads()),
                warning -> log.warn("{}", warning));
        try {
            List<SessionListener> all = new ArrayList<>(listeners);
            all.add(new ConnectionLog());
            settings.telemetry()
                    .forEach(factory -> all.add(Plugins.withLoaderOf(factory, () -> factory.build(context))));
            events = new Events(all);
            var kept = settings.registry();
            registry = kept == null
                    ? new InMemoryRegistry(new ReservationLimits(
                            settings.reserveFor(),
                            ReservationLimits.DEFAULT.total(),
                            ReservationLimits.DEFAULT.perAccount()))
                    : Plugins.withLoaderOf(kept, () -> kept.build(context));
            for (ProtocolFactory factory : settings.protocol()) {
                protocols.put(typeOf(factory), Plugins.withLoaderOf(factory, () -> factory.build(context)));
            }
            authenticators = settings.auth().stream().map(this::built).toList();
            SharedMechanisms.requireDistinct(authenticators);
            endpoints = new Endpoints(
                    protocols,
                    new Parameters(settings.plugins()),
                    registry,
                    events,
                    context.scheduler(),
                    settings.reserveFor());
            sessions = new Sessions(endpoints, events, context.scheduler());
            strangers = new Strangers(settings.strangers());
            if (settings.maxConnections() > 0) {
                context.network().atMost(settings.maxConnections());
            }
            for (ListenSettings listen : settings.listen()) {
                this.listeners.add(new ControlListener(listen, context, () -> authenticators, sessions, strangers));
            }
        } catch (RuntimeException | Error e) {
            context.close();
            throw e;
        }
    }

    /**
     * Finds out whether parts make a safe server; nothing listens and nothing is kept.
     *
     * @param settings what it would consist of
     * @param warnings takes what may be meant, but should be known
     * @throws CulvertException if they do not
     */
    public static void check(ServerSettings settings, Consumer<String> warnings) {
        Sections.requireDistinct(settings);
        try (EngineContext context = new EngineContext(
                Role.SERVER, settings.dataDirectory(), Sockets.open(settings.network(), 1), warnings)) {
            boolean negotiates = true;
            for (ListenSettings listen : settings.listen()) {
                ListenWire wire = ListenWire.of(listen, context);
                // Which connections the sections let in over, only a server that runs finds out.
                wire.requireSafe(!settings.auth().isEmpty(), true, context);
                negotiates &= wire.dialect().negotiatesTunnels();
            }
            List<TunnelSection> enabled = enabled(settings);
            if (negotiates && !enabled.isEmpty()) {
                throw unserved(enabled.get(0));
            }
        }
    }

    /**
     * Listens. What tunnels share and declared tunnels first, so that the first client finds them.
     *
     * @throws CulvertException if a port cannot be bound
     */
    public void start() {
        log.info("data plane on {} with {} event loops", context.network().name(), loops());
        protocols.forEach((type, protocol) -> shared.put(type, joined(protocol.start())));
        declareTunnels();
        listeners.forEach(listener -> listener.start(protocols));
        SummaryLog.start(settings.summaryInterval(), this, context.scheduler());
    }

    /**
     * Where clients connect, by the names of their sections.
     *
     * @return real ports
     */
    public Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
        listeners.forEach(listener -> addresses.put(listener.name(), listener.address()));
        return addresses;
    }

    /**
     * Where visitors connect, by the types of tunnels that share a port; a type whose tunnels have ports of their own has
     * none here.
     *
     * @return with real ports
     */
    public Map<String, List<Endpoint>> sharedEndpoints() {
        return Collections.unmodifiableMap(shared);
    }

    /** Where tunnels of the server's own file are public, by their names; the ports are the real ones. */
    public Map<String, Endpoint> declared() {
        return endpoints.declared();
    }

    /**
     * What clients may pin, by the names of the sections where they connect; for {@code --pin}, or the key {@code pin}
     * of a client's transport.
     *
     * @return values to choose from, the best first; empty lists where there is nothing to pin
     */
    public Map<String, List<String>> pins() {
        Map<String, List<String>> pins = new LinkedHashMap<>();
        listeners.forEach(listener -> pins.put(listener.name(), listener.pins()));
        return pins;
    }

    /** Whether any listener lets passers-by read. */
    public boolean isConfidential() {
        return listeners.stream().allMatch(ControlListener::isConfidential);
    }

    /** Whether clients can connect. */
    public synchronized boolean isListening() {
        return !stopped && listeners.stream().allMatch(ControlListener::isOpen);
    }

    /** The clients that are there now. */
    public List<ClientStatus> clients() {
        return sessions.all().stream().map(ClientStatus::of).toList();
    }

    /** The tunnels whose endpoints are kept, and that no client serves here now. */
    public List<AbsentTunnel> absent() {
        Set<PublicTunnel> served = new HashSet<>();
        for (Session session : sessions.all()) {
            session.tunnels().values().forEach(tunnel -> {
                PublicTunnel behind = tunnel.tunnel();
                if (behind != null) {
                    served.add(behind);
                }
            });
        }
        return endpoints.all().stream()
                .filter(tunnel -> !served.contains(tunnel))
                .map(AbsentTunnel::of)
                .toList();
    }

    /** What has come through each {@code [[listen]]} section. */
    public Map<String, Share> byListener() {
        List<String> names = listeners.stream().map(ControlListener::name).toList();
        return Share.byListener(names, endpoints.figures(), clients());
    }

    /** What has gone to each host of a tunnel that is public, or to its port, where it has no host of its own. */
    public Map<String, Share> byHost() {
        return Share.byHost(endpoints.all(), clients());
    }

    /** What has gone through in all. */
    public Share inAll() {
        return Share.ofAll(endpoints.figures(), sessions.all().size(), endpoints.size());
    }

    /** Streams that are open for a visitor now, by account and name of their tunnels. */
    Map<List<String>, Integer> streamsByTunnel() {
        Map<List<String>, Integer> streams = new HashMap<>();
        for (PublicTunnel tunnel : endpoints.all()) {
            List<String> labels = List.of(tunnel.owner().account(), tunnel.name());
            streams.merge(labels, tunnel.traffic().status().streams(), Integer::sum);
        }
        return streams;
    }

    /** How many connections have not logged in yet. */
    public int unauthenticated() {
        return strangers.pending();
    }

    Strangers strangers() {
        return strangers;
    }

    Sockets sockets() {
        return context.network();
    }

    Counts throttled() {
        return endpoints.throttled();
    }

    Counts refusedTunnels() {
        return endpoints.refused();
    }

    /** How many endpoints are kept public. */
    public int endpoints() {
        return endpoints.size();
    }

    /** Streams that are open now. */
    public int streams() {
        return sessions.streams();
    }

    /**
     * What {@link #reload} would do.
     *
     * @param newer what the server would consist of
     */
    public ReloadPlan plan(ServerSettings newer) {
        ServerSettings running = current;
        var sections = SectionChanges.between(enabled(running), enabled(newer), TunnelSection::name);
        var kinds = SectionChanges.between(running.protocol(), newer.protocol(), TunnelServer::typeOf);
        List<String> restart = new ArrayList<>();
        kinds.changed().keySet().forEach(type -> restart.add("protocol \"" + type + "\""));
        kinds.removed().keySet().forEach(type -> restart.add("protocol \"" + type + "\""));
        var listen = SectionChanges.between(running.listen(), newer.listen(), ListenSettings::name);
        listen.added().keySet().forEach(name -> restart.add("listen \"" + name + "\""));
        listen.changed().keySet().forEach(name -> restart.add("listen \"" + name + "\""));
        listen.removed().keySet().forEach(name -> restart.add("listen \"" + name + "\""));
        restart.addAll(SectionChanges.keys(running, newer, Set.of("tunnel", "auth", "protocol", "listen", "plugins")));
        ReloadPlan plan = ReloadPlan.NOTHING
                .with("protocol", new SectionChanges<>(kinds.added(), Map.of(), Map.of()))
                .with("tunnel", sections)
                .withRestart(restart);
        return running.auth().equals(newer.auth()) ? plan : plan.withChanged("auth");
    }

    /**
     * Takes newer settings over: protocols that are new, who is let in, and the tunnels of the server's own file that are
     * new, gone or changed. Sessions, the streams of all tunnels and everything else go on; a session whose credential is
     * gone ends.
     *
     * @param newer what the server consists of from now on, as far as that can be without a restart
     * @return what was done
     * @throws CulvertException if the parts do not make a safe server or a port cannot be bound; then nothing has changed
     */
    public ReloadPlan reload(ServerSettings newer) {
        synchronized (reloading) {
            if (isStopped()) {
                throw new CulvertException(TunnelError.SERVER_DRAINING, "the server is stopping.");
            }
            ReloadPlan plan = plan(newer);
            Sections.requireListeners(newer);
            List<Authenticator> deciding = deciding(newer);
            List<Protocol<?>> started = new ArrayList<>();
            var kinds = SectionChanges.between(current.protocol(), newer.protocol(), TunnelServer::typeOf);
            endpoints.readBy(new Parameters(newer.plugins()));
            try {
                // All that can fail comes before anything that is seen.
                kinds.added().forEach((type, factory) -> started.add(startProtocol(type, factory)));
                changeTunnels(newer);
            } catch (RuntimeException e) {
                kinds.added().keySet().forEach(protocols::remove);
                kinds.added().keySet().forEach(shared::remove);
                started.forEach(Protocol::close);
                deciding.stream().filter(one -> !authenticators.contains(one)).forEach(Authenticator::close);
                throw e;
            }
            decideBy(deciding);
            List<ProtocolFactory> served = new ArrayList<>(current.protocol());
            served.addAll(kinds.added().values());
            current = current.taking(newer, served);
            return plan;
        }
    }

    // Sections that are the same keep what was built of them, and with it the sessions that it has let in.
    private List<Authenticator> deciding(ServerSettings newer) {
        List<AuthenticatorFactory> before = new ArrayList<>(current.auth());
        List<Authenticator> known = new ArrayList<>(authenticators);
        List<Authenticator> deciding = new ArrayList<>();
        for (AuthenticatorFactory factory : newer.auth()) {
            int same = before.indexOf(factory);
            if (same < 0) {
                deciding.add(built(factory));
            } else {
                before.remove(same);
                deciding.add(known.remove(same));
            }
        }
        SharedMechanisms.requireDistinct(deciding);
        listeners.forEach(listener -> listener.requireSafe(deciding));
        return List.copyOf(deciding);
    }

    private void decideBy(List<Authenticator> deciding) {
        List<Authenticator> before = authenticators;
        authenticators = deciding;
        for (Authenticator one : before) {
            if (!deciding.contains(one)) {
                one.replacedBy(deciding);
                retired.add(one); // sessions may still hold on to it
            }
        }
    }

    private Protocol<?> startProtocol(String type, ProtocolFactory factory) {
        Protocol<?> protocol = Plugins.withLoaderOf(factory, () -> factory.build(context));
        try {
            shared.put(type, joined(protocol.start()));
        } catch (RuntimeException e) {
            protocol.close();
            throw e;
        }
        protocols.put(type, protocol);
        return protocol;
    }

    private void changeTunnels(ServerSettings newer) {
        var sections = SectionChanges.between(enabled(current), enabled(newer), TunnelSection::name);
        Map<String, Declared> fresh = new LinkedHashMap<>();
        Map<String, Declared> replaced = new LinkedHashMap<>();
        try {
            sections.added().forEach((name, section) -> fresh.put(name, declare(section)));
            sections.changed().forEach((name, section) -> {
                if (isRevised(name, section)) {
                    return;
                }
                // It may want the very port that it has.
                Declared before = Objects.requireNonNull(declaring.remove(name), name);
                replaced.put(name, before);
                withdraw(before);
                fresh.put(name, declare(section));
            });
        } catch (RuntimeException e) {
            fresh.values().forEach(this::withdraw);
            replaced.forEach((name, before) -> declaring.put(name, declare(before.section())));
            throw e;
        }
        sections.changed().forEach((name, section) -> {
            Declared before = declaring.get(name);
            if (before != null && isRevised(name, section)) {
                sessions.revise(before.tunnel(), section);
                declaring.put(name, new Declared(section, before.tunnel()));
            }
        });
        sections.removed().keySet().forEach(name -> withdraw(Objects.requireNonNull(declaring.remove(name), name)));
        declaring.putAll(fresh);
    }

    // Whatever is new, its endpoint is not: nobody has to notice.
    private boolean isRevised(String name, TunnelSection section) {
        Declared before = declaring.get(name);
        return before != null && section.hasEndpointOf(before.section());
    }

    /**
     * Refuses the visitors of a tunnel, or takes them again. Its endpoint is kept; open streams go on.
     *
     * @param name of the tunnel, {@code account/name} where several accounts have one of that name
     * @param paused whether they are refused
     * @throws CulvertException if there is no such tunnel
     */
    public void pause(String name, boolean paused) {
        endpoints.pause(name, paused);
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** Since when it runs. */
    public Instant startedAt() {
        return startedAt;
    }

    /**
     * Ends: no new clients and visitors, open streams may finish, then everything closes. Blocks for at most the deadline.
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
        List.copyOf(protocols.values()).forEach(Protocol::drain);
        if (!deadline.isZero()) {
            awaitBalancers(settings.drainDelay());
        }
        long begun = System.nanoTime();
        listeners.forEach(ControlListener::stop);
        if (!deadline.isZero()) {
            awaitLeaving();
        }
        endpoints.closeAll();
        Duration left = deadline.minusNanos(System.nanoTime() - begun);
        sessions.drain(left.isNegative() ? Duration.ZERO : left);
        awaitStreams(left);
        sessions.closeAll();
        List.copyOf(protocols.values()).forEach(Protocol::close);
        synchronized (reloading) {
            authenticators.forEach(Authenticator::close);
            retired.forEach(Authenticator::close);
        }
        registry.close();
        events.close();
        context.close();
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

    // Requests that are on their way are answered while sessions open streams.
    private void awaitLeaving() {
        CompletableFuture<?>[] leaving = List.copyOf(protocols.values()).stream()
                .map(protocol -> protocol.leave().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(leaving).get(LEAVING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.debug("not all visitors have left", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // They have to have asked how the server is before visitors are turned away.
    private static void awaitBalancers(Duration delay) {
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // In the last third of the time, connections that are only kept alive are ended in good order between two requests;
    // at the end of it there would be no order. The goodbyes need a moment, too.
    private void awaitStreams(Duration deadline) {
        long now = System.nanoTime();
        boolean hasTime = deadline.compareTo(Sessions.GOODBYE.multipliedBy(2)) > 0;
        long end = now + deadline.toNanos() - (hasTime ? Sessions.GOODBYE.toNanos() : 0);
        long ending = now + deadline.toNanos() * 2 / 3;
        try {
            while (sessions.streams() > 0 && System.nanoTime() < end) {
                Thread.sleep(DRAIN_POLL_MILLIS);
                if (System.nanoTime() > ending) {
                    sessions.endAnswered(ANSWERED);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void declareTunnels() {
        enabled(settings).forEach(section -> declaring.put(section.name(), declare(section)));
    }

    private Declared declare(TunnelSection section) {
        List<ControlListener> serving = serving();
        if (serving.isEmpty()) {
            throw unserved(section);
        }
        PublicTunnel tunnel = declared(section);
        serving.forEach(listener -> sessions.declare(listener.name(), tunnel, section));
        return new Declared(section, tunnel);
    }

    private void withdraw(Declared gone) {
        sessions.withdraw(gone.tunnel());
        endpoints.withdraw(gone.tunnel());
    }

    private List<ControlListener> serving() {
        return listeners.stream()
                .filter(listener -> !listener.dialect().negotiatesTunnels())
                .toList();
    }

    private static List<TunnelSection> enabled(ServerSettings settings) {
        Map<String, TunnelSection> sections = new LinkedHashMap<>();
        for (TunnelSection section : settings.tunnel()) {
            if (section.enabled() && sections.put(section.name(), section) != null) {
                throw new CulvertException(
                        ConfigError.CONFLICTING_KEYS, "tunnel: two sections are named \"" + section.name() + "\".");
            }
        }
        return List.copyOf(sections.values());
    }

    private Authenticator built(AuthenticatorFactory factory) {
        return Plugins.withLoaderOf(factory, () -> factory.build(context));
    }

    private record Declared(TunnelSection section, PublicTunnel tunnel) {}

    private static CulvertException unserved(TunnelSection section) {
        return new CulvertException(
                ConfigError.CONFLICTING_KEYS,
                "tunnel \"" + section.name() + "\": every dialect of this server has its clients ask for tunnels"
                        + " (expected: a [[listen]] with a dialect such as \"raw\").");
    }

    private PublicTunnel declared(TunnelSection section) {
        return joined(endpoints.declare(
                section.name(), typeOf(section.factory()), section.factory().parameters(null)));
    }

    private static <T> T joined(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw CulvertFailures.of(e);
        }
    }

    private int loops() {
        int loops = 0;
        for (var ignored : context.network().eventLoops()) {
            loops++;
        }
        return loops;
    }

    private static String typeOf(Object factory) {
        var name = factory.getClass().getAnnotation(com.fasterxml.jackson.annotation.JsonTypeName.class);
        if (name == null) {
            throw new IllegalStateException(factory.getClass().getName() + " has no @JsonTypeName");
        }
        return name.value();
    }
}
