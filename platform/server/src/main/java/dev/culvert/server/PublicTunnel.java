package dev.culvert.server;

import dev.culvert.engine.bridge.Bridge;
import dev.culvert.engine.bridge.BridgeEnd;
import dev.culvert.engine.bridge.PacedStream;
import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.engine.telemetry.LoggedVisit;
import dev.culvert.engine.telemetry.Traffic;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.event.DatagramEvent;
import dev.culvert.spi.event.RequestEvent;
import dev.culvert.spi.event.SessionListener;
import dev.culvert.spi.event.VisitorEvent;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DatagramCount;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.RequestReport;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.protocol.Turn;
import dev.culvert.spi.protocol.Visit;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Registry;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An endpoint that is public, with whoever is behind it. Thread-safe. */
final class PublicTunnel implements TunnelHandle {

    private static final int FIRST_OF_FAILURES = 500;

    private final String type;
    private final String name;
    private final Principal owner;
    private final Registry registry;
    private final SessionListener events;
    private final Pauses pauses;
    private final Traffic traffic = new Traffic();
    private final Traffic total;
    private final Counts throttled;
    private final AtomicReference<CompletableFuture<Void>> arrival = new AtomicReference<>(new CompletableFuture<>());
    private final TunnelUse use = new TunnelUse();
    private volatile Object parameters;

    private final Balancer balancer = new Balancer();
    private volatile boolean shared;
    private volatile @Nullable EndpointLease endpoint;
    private volatile long lastServed = System.nanoTime();

    PublicTunnel(
            String type,
            String name,
            Principal owner,
            Object parameters,
            Registry registry,
            SessionListener events,
            Pauses pauses,
            Traffic total,
            Counts throttled) {
        this.type = type;
        this.name = name;
        this.owner = owner;
        this.parameters = parameters;
        this.registry = registry;
        this.events = events;
        this.pauses = pauses;
        this.total = total;
        this.throttled = throttled;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Principal owner() {
        return owner;
    }

    @Override
    public Future<TunnelStream> openStream(StreamOrigin origin) {
        return openStream(origin, SessionChoice.ANY);
    }

    Future<TunnelStream> openStream(StreamOrigin origin, SessionChoice choice) {
        Promise<TunnelStream> promise = ImmediateEventExecutor.INSTANCE.newPromise();
        if (refusedAsPaused(promise)) {
            return promise;
        }
        registry.find(key()).whenComplete((found, failure) -> {
            if (failure != null) {
                promise.setFailure(failure);
            } else {
                tryNext(ordered(found, origin, null, choice), choice, origin, promise);
            }
        });
        return promise;
    }

    @Override
    public CompletionStage<Turn> turn(StreamOrigin origin, @Nullable String token) {
        // Whether there are several is known without asking for each request who they are.
        return shared ? turn(origin, token, SessionChoice.ANY) : TunnelHandle.super.turn(origin, token);
    }

    CompletionStage<Turn> turn(StreamOrigin origin, @Nullable String token, SessionChoice choice) {
        return registry.find(key()).thenApply(found -> new SharedTurn(ordered(found, origin, token, choice), choice));
    }

    @Override
    public TunnelHandle through(String listener, boolean only) {
        return new ListenerTunnel(this, new SessionChoice(listener, only));
    }

    @Override
    public boolean mayReuse(TunnelStream stream, StreamOrigin origin) {
        return !isPaused() && ServedTunnel.mayReuse(stream.channel(), origin);
    }

    @Override
    public void leave(TunnelStream stream) {
        ServedTunnel.leave(stream.channel());
    }

    @Override
    public boolean enter(TunnelStream stream, StreamOrigin origin) {
        return ServedTunnel.reenter(stream.channel(), origin);
    }

    @Override
    public CompletionStage<Void> available() {
        return available(SessionChoice.ANY);
    }

    CompletionStage<Void> available(SessionChoice choice) {
        CompletableFuture<Void> next = Objects.requireNonNull(arrival.get());
        return registry.find(key())
                .thenCompose(found -> choice.among(found).isEmpty()
                        ? next.thenCompose(arrived -> available(choice))
                        : CompletableFuture.completedFuture(null));
    }

    @Override
    public void bridge(DuplexChannel visitor, TunnelStream stream, BridgeOptions options) {
        PacedStream.release(stream.channel()); // the bridge keeps the same limits
        String from = Source.text(visitor.remoteAddress());
        String to = Source.text(visitor.localAddress());
        events.visitorOpened(event(from, to, 0, 0, Duration.ZERO, ""));
        ServedTunnel through = ServedTunnel.of(stream.channel());
        RateLimits limits = through == null ? RateLimits.NONE : through.rates();
        Traffic.Flow flow = Traffic.open(counted(stream));
        flow.through(Bridge.join(visitor, stream.channel(), options, limits, end -> {
            flow.closed(end);
            events.visitorClosed(closed(from, to, end));
        }));
    }

    @Override
    public Visit visit(TunnelStream stream, StreamOrigin origin) {
        PacedStream.release(stream.channel()); // what may be lost is dropped, not held back
        if (isPaused()) {
            throw paused();
        }
        ServedTunnel through = ServedTunnel.of(stream.channel());
        Runnable gone = ServedTunnel.enter(stream.channel(), origin);
        String from = Source.text(origin.visitor());
        String to = Source.text(origin.endpoint());
        events.visitorOpened(event(from, to, 0, 0, Duration.ZERO, ""));
        Traffic.Flow flow = Traffic.open(counted(stream));
        if (through == null) {
            return new LoggedVisit(RateLimits.NONE, () -> {}, end -> {
                gone.run();
                flow.closed(end);
                events.visitorClosed(closed(from, to, end));
            });
        }
        Session session = through.owner();
        session.flowBegan();
        return new LoggedVisit(through.rates(), through.health()::visitAnswered, end -> {
            gone.run();
            session.flowEnded();
            through.health().visitEnded(end.cause());
            flow.closed(end);
            events.visitorClosed(closed(from, to, end));
        });
    }

    @Override
    public void counted(DatagramCount count) {
        events.datagrams(new DatagramEvent(Role.SERVER, name, owner.account(), count));
    }

    @Override
    public void refused(StreamOrigin origin, CulvertException cause) {
        noteRefused(origin, cause, traffic, total); // a session that did it has counted it
    }

    @Override
    public void refused(StreamOrigin origin, TunnelStream stream, CulvertException cause) {
        noteRefused(origin, cause, counted(stream));
    }

    private void noteRefused(StreamOrigin origin, CulvertException cause, Traffic... counted) {
        for (Traffic one : counted) {
            one.refused();
        }
        String from = Source.text(origin.visitor());
        events.visitorRefused(event(from, Source.text(origin.endpoint()), 0, 0, Duration.ZERO, cause.reason()));
    }

    @Override
    public Runnable carries(TunnelStream stream) {
        Traffic[] counted = counted(stream);
        Traffic.carries(counted);
        return () -> Traffic.rests(counted);
    }

    @Override
    public void requestEnded(RequestReport report) {
        if (!report.isBridged() && !report.isRefusal()) {
            boolean failed = report.outcome() == RequestReport.Outcome.ABORTED || report.status() >= FIRST_OF_FAILURES;
            for (Traffic one : counted(report.stream())) {
                one.requestEnded(report.bytesIn(), report.bytesOut(), failed);
            }
        }
        events.requestEnded(new RequestEvent(name, owner.account(), report));
    }

    // Here, in all, and at the session and the listener that a stream goes through.
    private Traffic[] counted(@Nullable TunnelStream stream) {
        ServedTunnel through = stream == null ? null : ServedTunnel.of(stream.channel());
        return through == null
                ? new Traffic[] {traffic, total}
                : new Traffic[] {traffic, total, through.traffic(), through.ofListener()};
    }

    /** What has gone through since it is public, whoever served it. */
    Traffic traffic() {
        return traffic;
    }

    /**
     * Whether visitors arrive, and may go on to a session.
     *
     * @param session its id
     */
    CompletionStage<Void> arrival(String session) {
        EndpointLease lease = endpoint;
        if (lease == null) {
            return CompletableFuture.completedFuture(null);
        }
        return registry.find(key())
                .thenCompose(
                        found -> found.stream().anyMatch(one -> one.session().equals(session))
                                ? lease.probe()
                                : CompletableFuture.failedFuture(new CulvertException(
                                        TunnelError.ENDPOINT_UNREACHABLE, key() + " does not lead to this session.")));
    }

    /** A bandwidth held one of its connections back for so long. */
    void throttled(long nanos) {
        throttled.add(nanos, owner.account(), name);
    }

    /** What its visitors use. */
    TunnelUse use() {
        return use;
    }

    String type() {
        return type;
    }

    /** Whether its visitors are refused at the operator's wish. */
    boolean isPaused() {
        return pauses.contains(owner.account(), name);
    }

    /** Empty until it is public. */
    String key() {
        EndpointLease lease = endpoint;
        return lease == null ? "" : lease.endpoint().toString();
    }

    /** The name that visitors ask for, or the port where it has none of its own; empty until it is public. */
    String host() {
        EndpointLease lease = endpoint;
        if (lease == null) {
            return "";
        }
        Endpoint where = lease.endpoint();
        return where.host().isEmpty() ? ":" + where.port() : where.host();
    }

    @Nullable
    EndpointLease endpoint() {
        return endpoint;
    }

    void exposed(EndpointLease lease) {
        endpoint = lease;
    }

    /**
     * Made public where the protocol chose.
     *
     * @param asking the parameters of a client that comes back for this endpoint
     */
    void exposed(EndpointLease lease, Object asking) {
        parameters = asking;
        endpoint = lease;
    }

    /** Somebody can serve it: whoever waited tries again. */
    void arrived() {
        served();
        registry.find(key()).thenAccept(this::noteShared);
        arrival.getAndSet(new CompletableFuture<>()).complete(null);
    }

    void served() {
        lastServed = System.nanoTime();
    }

    Duration unservedFor() {
        return Duration.ofNanos(System.nanoTime() - lastServed);
    }

    boolean fits(Principal claimant, Object wanted) {
        return owner.account().equals(claimant.account()) && parameters.equals(wanted);
    }

    void close() {
        EndpointLease lease = endpoint;
        if (lease != null) {
            lease.close();
        }
    }

    private boolean refusedAsPaused(Promise<TunnelStream> promise) {
        boolean paused = isPaused();
        if (paused) {
            promise.setFailure(paused());
        }
        return paused;
    }

    private CulvertException paused() {
        return new CulvertException(TunnelError.PAUSED, "tunnel \"" + name + "\" is paused on the server.");
    }

    // A visitor on a stream of many counts as one with a stream of its own.
    // Never taken back: an older answer may come later. One client alone costs a question more for each request then.
    private void noteShared(List<Candidate> found) {
        if (Balancer.areSeveralClients(found)) {
            shared = true;
        }
    }

    private List<Candidate> ordered(
            List<Candidate> found, StreamOrigin origin, @Nullable String token, SessionChoice choice) {
        noteShared(found);
        return choice.firstOf(balancer.order(choice.among(found), origin, token), origin);
    }

    private void tryNext(
            List<Candidate> candidates, SessionChoice choice, StreamOrigin origin, Promise<TunnelStream> promise) {
        if (candidates.isEmpty()) {
            registry.find(key())
                    .whenComplete((others, failure) ->
                            promise.setFailure(others == null || others.isEmpty() ? noClient() : choice.unmet(name)));
        } else {
            tryNext(candidates, 0, origin, promise, null);
        }
    }

    private CulvertException noClient() {
        return new CulvertException(TunnelError.NO_CLIENT, "no client is connected for tunnel \"" + name + "\".");
    }

    private void tryNext(
            List<Candidate> candidates,
            int index,
            StreamOrigin origin,
            Promise<TunnelStream> promise,
            @Nullable Throwable last) {
        if (index == candidates.size()) {
            promise.setFailure(last != null ? last : noClient());
            return;
        }
        candidates.get(index).openStream(origin).addListener((Future<TunnelStream> opened) -> {
            if (opened.isSuccess()) {
                promise.setSuccess(opened.getNow());
            } else {
                tryNext(candidates, index + 1, origin, promise, opened.cause());
            }
        });
    }

    private VisitorEvent closed(String from, String to, BridgeEnd end) {
        CulvertException cause = end.cause();
        String reason = cause == null ? "closed" : cause.reason();
        return event(from, to, end.bytesAtoB(), end.bytesBtoA(), end.duration(), reason);
    }

    private VisitorEvent event(String from, String to, long in, long out, Duration duration, String reason) {
        return new VisitorEvent(Role.SERVER, name, owner.account(), from, to, in, out, duration, reason);
    }

    /** The turn of one client among several, or of one of its sessions. */
    private final class SharedTurn implements Turn {

        private final List<Candidate> order;
        private final SessionChoice choice;

        SharedTurn(List<Candidate> order, SessionChoice choice) {
            this.order = order;
            this.choice = choice;
        }

        @Override
        public boolean isOf(TunnelStream stream) {
            ServedTunnel through = ServedTunnel.of(stream.channel());
            return through != null
                    && !order.isEmpty()
                    && through.member().sameClient(order.get(0).member())
                    && choice.isAsGood(through, order.get(0));
        }

        @Override
        public boolean isSame(Turn other) {
            return other instanceof SharedTurn turn
                    && !order.isEmpty()
                    && !turn.order.isEmpty()
                    && turn.order.get(0).member().sameClient(order.get(0).member());
        }

        @Override
        public @Nullable String token(TunnelStream stream) {
            ServedTunnel through = ServedTunnel.of(stream.channel());
            return through == null ? null : balancer.token(through.member(), order);
        }

        @Override
        public Future<TunnelStream> openStream(StreamOrigin origin) {
            Promise<TunnelStream> promise = ImmediateEventExecutor.INSTANCE.newPromise();
            if (!refusedAsPaused(promise)) {
                tryNext(order, choice, origin, promise);
            }
            return promise;
        }
    }
}
