package dev.culvert.server;

import dev.culvert.engine.bridge.PacedStream;
import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.engine.config.TunnelLimits;
import dev.culvert.engine.config.TunnelSharing;
import dev.culvert.engine.telemetry.Traffic;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.SourceNetworks;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.event.TunnelEvent;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.registry.Candidate;
import dev.culvert.spi.registry.Lease;
import dev.culvert.spi.registry.Member;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A tunnel as one session serves it: how streams reach that session. */
final class ServedTunnel implements Candidate {

    private static final AttributeKey<ServedTunnel> SERVED = AttributeKey.valueOf(ServedTunnel.class, "served");

    /** What gives back the places that a stream has taken; none while nobody uses it. */
    private static final AttributeKey<Runnable> PLACE = AttributeKey.valueOf(ServedTunnel.class, "place");

    private final Session session;
    private final String name;
    private volatile @Nullable PublicTunnel tunnel;
    private volatile @Nullable Lease lease;

    private final String type;
    private final Traffic traffic = new Traffic();
    private final String local;
    private final Traffic ofListener;
    private final Health health;
    private volatile boolean paused;
    private volatile @Nullable CulvertException unwell;
    private volatile Terms terms;
    private final AtomicReference<@Nullable String> counted = new AtomicReference<>();

    /**
     * Makes one that is not public yet.
     *
     * @param visitors where they may come from
     */
    ServedTunnel(
            Session session,
            String type,
            String name,
            SourceNetworks visitors,
            TunnelLimits limits,
            TunnelSharing sharing,
            String local,
            Traffic ofListener) {
        this.session = session;
        this.type = type;
        this.name = name;
        health = new Health(session.client(), name, session.scheduler(), this::arrival);
        this.local = local;
        this.ofListener = ofListener;
        terms = terms(visitors, limits, sharing);
    }

    private Terms terms(SourceNetworks visitors, TunnelLimits limits, TunnelSharing sharing) {
        String client = session.principal().name() + "/" + session.principal().clientId();
        return new Terms(visitors, limits, new Member(client, session.instance(), sharing.balance(), sharing.weight()));
    }

    /** Goes by these from now on; visitors who are there stay, at the new pace if they had one. */
    void revise(SourceNetworks visitors, TunnelLimits limits, TunnelSharing sharing) {
        terms = terms(visitors, limits, sharing);
    }

    private CompletionStage<Void> arrival() {
        PublicTunnel behind = tunnel;
        return behind == null ? CompletableFuture.completedFuture(null) : behind.arrival(session.id());
    }

    @Override
    public String session() {
        return session.id();
    }

    @Override
    public int load() {
        return session.client().streams() + session.flows();
    }

    @Override
    public Member member() {
        return terms.member();
    }

    @Override
    public String listener() {
        return session.listener();
    }

    @Override
    public boolean isFit(StreamOrigin origin) {
        return !paused
                && isFor(origin)
                && unwell == null
                && !session.isDraining()
                && !session.client().isDraining()
                && !session.client().isDoubtful()
                && !session.client().closeFuture().isDone()
                && !health.isAvoided();
    }

    @Override
    public Future<TunnelStream> openStream(StreamOrigin origin) {
        Runnable gone;
        try {
            gone = enter(origin);
        } catch (CulvertException e) {
            refused();
            return ImmediateEventExecutor.INSTANCE.newFailedFuture(e);
        }
        return session.client().openStream(name, origin).addListener((Future<TunnelStream> opened) -> {
            if (opened.isSuccess()) {
                Channel channel = opened.getNow().channel();
                channel.attr(SERVED).set(this);
                PacedStream.limit(channel, rates());
                health.note(opened.getNow(), origin.equals(StreamOrigin.UNKNOWN));
                channel.attr(PLACE).set(gone);
                channel.closeFuture().addListener(closed -> leave(channel));
            } else {
                gone.run();
                refused();
            }
        });
    }

    @Override
    public Future<Duration> ping() {
        return session.client().ping();
    }

    @Override
    public void evict(CulvertException cause) {
        session.close(cause);
    }

    private boolean isFor(StreamOrigin origin) {
        InetSocketAddress visitor = origin.visitor();
        return visitor == null || terms.visitors().permits(visitor);
    }

    // All that was checked when the tunnel opened, again: a credential may have been taken away since.
    private void requireOpen(StreamOrigin origin) {
        if (!isFor(origin)) {
            throw new CulvertException(
                    TunnelError.VISITOR_NOT_PERMITTED, "tunnel \"" + name + "\" is not for this visitor's network.");
        }
        if (paused) {
            throw new CulvertException(TunnelError.PAUSED, "tunnel \"" + name + "\" is paused by its client.");
        }
        CulvertException told = unwell;
        if (told != null) {
            throw new CulvertException(ServiceError.UNHEALTHY, "tunnel \"" + name + "\": " + told.detail());
        }
        session.requireGood();
        Permission.require(session.principal(), type, name);
        PublicTunnel behind = tunnel;
        EndpointLease endpoint = behind == null ? null : behind.endpoint();
        if (endpoint != null) {
            Permission.require(session.principal(), endpoint.endpoint());
        }
    }

    /** Whether a stream that {@link #openStream} opened may carry for this origin too. */
    static boolean mayReuse(Channel stream, StreamOrigin origin) {
        ServedTunnel served = stream.attr(SERVED).get();
        if (served == null || served.session.tunnels().get(served.name) != served) {
            return false; // a newer client has taken over
        }
        if (served.session.client().isDraining() || served.session.client().isDoubtful()) {
            return false;
        }
        try {
            served.requireOpen(origin);
            return true;
        } catch (CulvertException e) {
            return false;
        }
    }

    /** Nobody uses a stream now, or it has closed. */
    static void leave(Channel stream) {
        Runnable gone = stream.attr(PLACE).getAndSet(null);
        if (gone != null) {
            gone.run();
        }
    }

    /** Whether there is a place for another use of a stream that was left, which has it then. */
    static boolean reenter(Channel stream, StreamOrigin origin) {
        try {
            stream.attr(PLACE).set(enter(stream, origin));
        } catch (CulvertException e) {
            return false;
        }
        if (stream.closeFuture().isDone()) {
            leave(stream); // nobody else may see to it
        }
        return true;
    }

    /**
     * Lets one more visitor use a stream that {@link #openStream} opened; throws if it may not.
     *
     * @return to be run when it has gone
     */
    static Runnable enter(Channel stream, StreamOrigin origin) {
        ServedTunnel served = stream.attr(SERVED).get();
        return served == null
                ? () -> {}
                : served.enter(origin); // without one it is another node's, which has checked it
    }

    private Runnable enter(StreamOrigin origin) {
        requireOpen(origin);
        if (origin.equals(StreamOrigin.UNKNOWN)) {
            return () -> {}; // for many, who enter one by one, or for none
        }
        PublicTunnel behind = tunnel;
        Runnable gone = behind == null ? () -> {} : behind.use().enter(name, terms.limits(), origin.visitor());
        try {
            session.use().enterStream(session.principal().rights());
        } catch (CulvertException e) {
            gone.run();
            throw e;
        }
        return () -> {
            gone.run();
            session.use().leaveStream();
        };
    }

    /** Through whom a stream goes; null if nobody's {@link #openStream} opened it. */
    static @Nullable ServedTunnel of(Channel stream) {
        return stream.attr(SERVED).get();
    }

    /** How fast its streams may be read. */
    RateLimits rates() {
        RateLimits account = session.use().rates(session.principal().rights());
        PublicTunnel behind = tunnel;
        return behind == null
                ? account
                : account.and(behind.use().rates(() -> terms.limits())).noting(behind::throttled);
    }

    // Its endpoint hears of it from whoever asked, who may have found another session.
    private void refused() {
        traffic.refused();
        ofListener.refused();
    }

    /** What has gone through this session. */
    Traffic traffic() {
        return traffic;
    }

    /** What has gone through all sessions of its listener. */
    Traffic ofListener() {
        return ofListener;
    }

    Health health() {
        return health;
    }

    /** Refuses visitors at the client's wish, or takes them again. */
    void pause(boolean now) {
        paused = now;
    }

    /** Its client's health check found this; null if the service is well. */
    void found(@Nullable CulvertException trouble) {
        unwell = trouble;
        if (trouble == null) {
            health.forget();
        }
    }

    /** What is wrong with its service; null if nothing is known. */
    @Nullable
    CulvertException trouble() {
        CulvertException told = unwell;
        return told != null ? told : health.trouble();
    }

    /** How far it is. */
    TunnelState state() {
        PublicTunnel behind = tunnel;
        if (behind == null) {
            return TunnelState.CONNECTING;
        }
        if (session.isDraining() || session.client().isDraining()) {
            return TunnelState.DRAINING;
        }
        if (paused || behind.isPaused()) {
            return TunnelState.PAUSED;
        }
        if (trouble() != null) {
            return TunnelState.DEGRADED;
        }
        return health.isServed() ? TunnelState.READY : TunnelState.REGISTERED;
    }

    /** Counts it for its account; throws if the account has enough. */
    void count(String endpoint) {
        session.use().enterTunnel(endpoint, session.principal().rights());
        counted.set(endpoint);
    }

    /** Counts no more; once. */
    void uncount() {
        String endpoint = counted.getAndSet(null);
        if (endpoint != null) {
            session.use().leaveTunnel(endpoint);
        }
    }

    Session owner() {
        return session;
    }

    String name() {
        return name;
    }

    String type() {
        return type;
    }

    /** Where the client reaches its service, as it says; empty if it does not. */
    String local() {
        return local;
    }

    @Nullable
    PublicTunnel tunnel() {
        return tunnel;
    }

    @Nullable
    Lease lease() {
        return lease;
    }

    void granted(PublicTunnel behind, Lease proof) {
        tunnel = behind;
        lease = proof;
    }

    TunnelEvent event(String reason) {
        PublicTunnel behind = tunnel;
        return new TunnelEvent(
                session.event(""),
                name,
                behind == null ? "" : behind.type(),
                behind == null ? "" : behind.key(),
                reason);
    }

    /** What its client may replace while it is open. */
    private record Terms(SourceNetworks visitors, TunnelLimits limits, Member member) {}
}
