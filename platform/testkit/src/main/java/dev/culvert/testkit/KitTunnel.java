package dev.culvert.testkit;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Principal;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.BridgeOptions;
import dev.culvert.spi.protocol.DatagramCount;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.LocalService;
import dev.culvert.spi.protocol.RequestReport;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.protocol.Visit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel without a session: each stream is a TCP connection over loopback whose far end is delivered to the client's
 * half in the same process. Thread-safe.
 */
public final class KitTunnel implements TunnelHandle, AutoCloseable {

    private final KitNetwork network;
    private final String name;
    private final Principal owner;
    private final Channel far;
    private final Map<Integer, CompletableFuture<DuplexChannel>> farEnds = new ConcurrentHashMap<>();
    private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    private final List<RequestReport> reports = new CopyOnWriteArrayList<>();
    private final List<StreamOrigin> origins = new CopyOnWriteArrayList<>();
    private final List<DuplexChannel> streams = new CopyOnWriteArrayList<>();
    private final List<BridgeOptions> bridged = new CopyOnWriteArrayList<>();
    private final List<CulvertException> failedDials = new CopyOnWriteArrayList<>();
    private final List<String> listeners = new CopyOnWriteArrayList<>();
    private final List<KitVisit> visits = new CopyOnWriteArrayList<>();
    private final List<DatagramCount> datagrams = new CopyOnWriteArrayList<>();
    private final List<DatagramCount> clientDatagrams = new CopyOnWriteArrayList<>();
    private volatile Predicate<StreamOrigin> permitted = anybody -> true;
    private final AtomicInteger beside = new AtomicInteger();
    private volatile KitDatagrams.@Nullable Way way;
    private volatile @Nullable LocalService client;
    private volatile @Nullable CulvertException refusal;
    private volatile CompletableFuture<Void> arrival = new CompletableFuture<>();
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    /**
     * Makes a tunnel that no client serves.
     *
     * @param network whose sockets it uses
     * @param owner whose it is
     */
    public KitTunnel(KitNetwork network, Principal owner) {
        this.network = network;
        this.name = "kit";
        this.owner = owner;
        this.far = network.listen(new HostPort("127.0.0.1", 0), this::accepted)
                .syncUninterruptibly()
                .getNow();
    }

    /**
     * A visitor that got nothing.
     *
     * @param origin who it was
     * @param cause why
     */
    public record Refusal(StreamOrigin origin, CulvertException cause) {}

    /**
     * A client is there from now on.
     *
     * @param half the client's half of the protocol
     */
    public void arrive(LocalService half) {
        client = half;
        arrival.complete(null);
    }

    /** The client goes; its open streams go on. */
    public void leave() {
        arrival = new CompletableFuture<>();
        client = null;
    }

    /** From now on it looks as if a client were there, and none ever is. */
    public void flap() {
        CompletableFuture<Void> before = arrival;
        arrival = CompletableFuture.completedFuture(null);
        before.complete(null);
    }

    /** From now on no stream opens, for this reason; null for none. */
    public void refuseStreams(@Nullable CulvertException cause) {
        refusal = cause;
    }

    /** Streams take until {@link #resume} to open. */
    public void pause() {
        gate = new CompletableFuture<>();
    }

    /** The streams that wait open now. */
    public void resume() {
        gate.complete(null);
    }

    /**
     * Streams from now on have a way for datagrams beside them.
     *
     * @param maxPayload the most bytes that a datagram may have
     * @param lostEvery which ones get lost: every one of that number; 0 for none
     */
    public void carryDatagrams(int maxPayload, int lostEvery) {
        way = new KitDatagrams.Way(maxPayload, lostEvery, beside);
    }

    /** How many datagrams went beside streams, in both directions, those that got lost included. */
    public int datagramsBeside() {
        return beside.get();
    }

    /** The visitors that got nothing, in order. */
    public List<Refusal> refusals() {
        return List.copyOf(refusals);
    }

    /** On whose behalf streams were asked for, in order. */
    public List<StreamOrigin> origins() {
        return List.copyOf(origins);
    }

    /** The streams that opened, as the server sees them, in order. */
    public List<DuplexChannel> streams() {
        return List.copyOf(streams);
    }

    /** How visitors and streams were joined, in order. */
    public List<BridgeOptions> bridged() {
        return List.copyOf(bridged);
    }

    /** Why services were not reached, in order: what the client's half said of streams, or of visitors on one. */
    public List<CulvertException> failedDials() {
        return Stream.concat(failedDials.stream(), visits.stream().flatMap(visit -> visit.failure().stream()))
                .filter(cause -> cause.code() instanceof ServiceError)
                .toList();
    }

    /** The visitors that no bridge carries, in order. */
    public List<KitVisit> visits() {
        return List.copyOf(visits);
    }

    /** From now on the tunnel is for these visitors only, where no bridge carries them. */
    public void permit(Predicate<StreamOrigin> visitors) {
        permitted = visitors;
    }

    /** How many datagrams from visitors the server's half has passed on. */
    public long datagramsIn() {
        return datagrams.stream().mapToLong(DatagramCount::in).sum();
    }

    /** How many datagrams to visitors the server's half has passed on. */
    public long datagramsOut() {
        return datagrams.stream().mapToLong(DatagramCount::out).sum();
    }

    /** How many flows had to end so that others could begin. */
    public long flowsEvicted() {
        return datagrams.stream().mapToLong(DatagramCount::evicted).sum();
    }

    /** How many datagrams were dropped for a reason, by either half. */
    public long datagramsLost(DatagramLoss reason) {
        return Stream.concat(datagrams.stream(), clientDatagrams.stream())
                .mapToLong(count -> count.lost().getOrDefault(reason, 0L))
                .sum();
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
        if (!origin.equals(StreamOrigin.UNKNOWN)) { // else the stream is for many, who are let in one by one
            origins.add(origin);
        }
        LocalService half = client;
        Promise<TunnelStream> opened = ImmediateEventExecutor.INSTANCE.newPromise();
        if (half == null) {
            return opened.setFailure(
                    new CulvertException(TunnelError.NO_CLIENT, "tunnel \"" + name + "\": no client."));
        }
        CulvertException refused = refusal;
        if (refused != null) {
            return opened.setFailure(refused);
        }
        gate.thenRun(() -> open(origin, half, opened));
        return opened;
    }

    private void open(StreamOrigin origin, LocalService half, Promise<TunnelStream> opened) {
        EventLoop loop = network.eventLoops().next();
        HostPort target = new HostPort("127.0.0.1", port(far.localAddress()));
        network.connect(loop, target).addListener((FutureListener<DuplexChannel>) connected -> {
            if (!connected.isSuccess()) {
                opened.setFailure(connected.cause());
                return;
            }
            DuplexChannel near = connected.getNow();
            near.pipeline().addLast(new EarlyExceptions());
            streams.add(near);
            Promise<Void> reached = loop.newPromise();
            near.closeFuture()
                    .addListener(gone -> reached.tryFailure(new CulvertException(
                            WireError.STREAM_RESET, "the stream ended before the service answered.")));
            int port = port(near.localAddress());
            KitDatagrams.Way ways = way;
            farEnd(port).thenAccept(end -> {
                farEnds.remove(port);
                Optional<KitDatagrams> datagrams =
                        ways == null ? Optional.empty() : Optional.of(ways.between(loop, end.eventLoop()));
                end.eventLoop()
                        .execute(() -> half.deliver(new KitStream(
                                end,
                                origin,
                                near,
                                reached,
                                new AtomicBoolean(),
                                failedDials::add,
                                clientDatagrams::add,
                                datagrams.map(KitDatagrams::other))));
                datagrams.ifPresent(beside ->
                        loop.execute(() -> opened.setSuccess(new TunnelStream(near, reached, Optional.of(beside)))));
            });
            if (ways == null) {
                opened.setSuccess(new TunnelStream(near, reached));
            }
        });
    }

    /** Has sessions of one kind only: remembers who asked for which. */
    @Override
    public TunnelHandle through(String listener, boolean only) {
        listeners.add(listener);
        return this;
    }

    /** The listeners whose sessions were asked for, in order. */
    public List<String> listeners() {
        return List.copyOf(listeners);
    }

    @Override
    public boolean mayReuse(TunnelStream stream, StreamOrigin origin) {
        return client != null;
    }

    /** Has no limits. */
    @Override
    public void leave(TunnelStream stream) {}

    /** Has no limits. */
    @Override
    public boolean enter(TunnelStream stream, StreamOrigin origin) {
        return true;
    }

    @Override
    public CompletionStage<Void> available() {
        return arrival.copy();
    }

    @Override
    public void bridge(DuplexChannel visitor, TunnelStream stream, BridgeOptions options) {
        bridged.add(options);
        KitBridge.join(visitor, stream.channel());
    }

    @Override
    public Visit visit(TunnelStream stream, StreamOrigin origin) {
        if (!permitted.test(origin)) {
            throw new CulvertException(TunnelError.VISITOR_NOT_PERMITTED, "tunnel \"" + name + "\": not for " + origin);
        }
        origins.add(origin);
        KitVisit visit = new KitVisit();
        visits.add(visit);
        return visit;
    }

    @Override
    public void counted(DatagramCount count) {
        datagrams.add(count);
    }

    @Override
    public void refused(StreamOrigin origin, CulvertException cause) {
        refusals.add(new Refusal(origin, cause));
    }

    @Override
    public void requestEnded(RequestReport report) {
        reports.add(report);
    }

    /** What became of requests, in order. */
    public List<RequestReport> reports() {
        return List.copyOf(reports);
    }

    /** Opens no more streams. */
    @Override
    public void close() {
        far.close().syncUninterruptibly();
    }

    private void accepted(DuplexChannel end) {
        end.pipeline().addLast(new EarlyExceptions());
        network.eventLoops()
                .next()
                .register(end)
                .addListener(registered -> farEnd(port(network.peerOf(end))).complete(end));
    }

    private CompletableFuture<DuplexChannel> farEnd(int port) {
        return farEnds.computeIfAbsent(port, unknown -> new CompletableFuture<>());
    }

    /** What befalls a stream before it has an owner is nobody's to handle: it is seen closed. */
    private static final class EarlyExceptions extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (ctx.pipeline().last() == this) {
                KitBridge.reset((DuplexChannel) ctx.channel());
            } else {
                ctx.fireExceptionCaught(cause);
            }
        }
    }

    private static int port(SocketAddress address) {
        return ((InetSocketAddress) address).getPort();
    }
}
