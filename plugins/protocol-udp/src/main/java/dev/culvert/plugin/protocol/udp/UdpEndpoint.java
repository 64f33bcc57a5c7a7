package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Endpoint;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.EndpointLease;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.protocol.Turn;
import dev.culvert.spi.protocol.Visit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A public datagram socket: each visitor's address is a flow, which a lane carries. Nobody who has not sent is answered,
 * since answers go to flows. Everything belongs to the socket's loop, but for {@link #close}.
 */
final class UdpEndpoint extends ChannelInboundHandlerAdapter implements EndpointLease {

    private static final Logger log = LoggerFactory.getLogger(UdpEndpoint.class);

    /** How long a visitor whose service is not there is not passed on again. */
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long MOST_SWEEP_MILLIS = 1_000;
    private static final long LEAST_SWEEP_MILLIS = 20;

    private final Endpoint where;
    private final DatagramChannel socket;
    private final EventLoop loop;
    private final TunnelHandle tunnel;
    private final Limits limits;
    private final FlowTable flows;
    private final HeldDatagrams held = new HeldDatagrams();
    private final List<Lane> lanes = new ArrayList<>(2);
    private final Tally tally;
    private final RefusalLog refusals;
    private @Nullable Future<?> sweeping;
    private long now;
    private boolean turn;
    private boolean unflushed;
    private boolean over;

    UdpEndpoint(Endpoint where, DatagramChannel socket, TunnelHandle tunnel, Limits limits) {
        this.where = where;
        this.socket = socket;
        this.loop = socket.eventLoop();
        this.tunnel = tunnel;
        this.limits = limits;
        this.flows = new FlowTable(limits);
        this.tally = new Tally(tunnel::counted);
        this.refusals = new RefusalLog(tunnel);
    }

    /** Begins to read. */
    void start() {
        onLoop(() -> {
            long every = Math.max(LEAST_SWEEP_MILLIS, Math.min(MOST_SWEEP_MILLIS, limits.idleMillis() / 4));
            sweeping = loop.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
            socket.pipeline().addLast(this);
            socket.config().setAutoRead(true);
        });
    }

    @Override
    public Endpoint endpoint() {
        return where;
    }

    @Override
    public void close() {
        onLoop(socket::close);
    }

    TunnelHandle tunnel() {
        return tunnel;
    }

    Limits limits() {
        return limits;
    }

    Tally tally() {
        return tally;
    }

    StreamOrigin originOf(InetSocketAddress visitor) {
        return new StreamOrigin(visitor, socket.localAddress());
    }

    // --- from visitors

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            if (!turn) {
                turn = true;
                now = System.nanoTime();
            }
            fromVisitor(packet.sender(), packet.content());
        } finally {
            packet.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        turn = false;
        flushLanes();
    }

    private void fromVisitor(InetSocketAddress visitor, ByteBuf payload) {
        Flow flow = flows.of(visitor);
        if (flow != null && flow.refusedUntil != 0) {
            if (now - flow.refusedUntil < 0) {
                tally.lost(DatagramLoss.SERVICE);
                return;
            }
            forget(flow, DatagramLoss.SERVICE);
            flow = null;
        }
        if (flow == null) {
            flow = begin(visitor);
            if (flow == null) {
                return;
            }
        }
        flows.sent(flow, now);
        Lane lane = flow.lane;
        if (lane == null) {
            hold(flow, payload);
        } else {
            lane.fromVisitor(flow, payload);
        }
    }

    /** Begins a flow; null if its visitor gets nothing, which has been counted. */
    private @Nullable Flow begin(InetSocketAddress visitor) {
        if (visitor.getPort() == 0) {
            tally.lost(DatagramLoss.NOT_PERMITTED); // forged: nobody could be answered there
            return null;
        }
        CulvertException cause = makeRoom(visitor);
        if (cause != null) {
            tally.lost(lossOf(cause));
            refusals.note(originOf(visitor), cause);
            return null;
        }
        Flow flow = flows.add(visitor);
        tunnel.turn(originOf(visitor), null)
                .whenComplete((decided, failure) -> onLoop(() -> turnOf(flow, decided, failure)));
        if (flow.refusal != null) {
            tally.lost(flow.refusal);
        }
        return flows.of(visitor); // none if it has been refused already
    }

    /** Sees to it that there is room for one more flow; otherwise says why there is none. */
    private @Nullable CulvertException makeRoom(InetSocketAddress visitor) {
        boolean fullForSource = flows.isFullFor(visitor);
        if (!flows.isFull() && !fullForSource) {
            return null;
        }
        CulvertException full = flows.isFull()
                ? tooMany(TunnelError.VISITOR_LIMIT, "max_flows", limits.maxFlows())
                : tooMany(TunnelError.SOURCE_LIMIT, "max_flows_per_source", limits.maxFlowsPerSource());
        // A source that has as many as it may takes the place of one of its own.
        Flow newcomer = fullForSource ? flows.newcomerOf(visitor) : flows.newcomer();
        if (newcomer == null) {
            return full;
        }
        tally.evicted();
        end(newcomer, lossOf(full), newcomer.isAnswered() ? null : full);
        return null;
    }

    private void turnOf(Flow flow, @Nullable Turn decided, @Nullable Throwable failure) {
        if (!flows.contains(flow)) {
            return;
        }
        try {
            if (decided == null) {
                throw new CulvertException(
                        TunnelError.NO_CLIENT, "tunnel \"" + tunnel.name() + "\": " + failure + ".", failure);
            }
            if (!lane(decided).begin(flow)) {
                flow.refusal = DatagramLoss.FULL;
                forget(flow, DatagramLoss.FULL);
            }
        } catch (CulvertException e) {
            refuse(flow, e);
        }
    }

    /** Of those that lead to the client whose turn it is, the one with the fewest flows; another one while there may be more. */
    private Lane lane(Turn decided) {
        Lane best = null;
        int suited = 0;
        for (Lane lane : lanes) {
            if (lane.suits(decided)) {
                suited++;
                best = best == null || lane.flows() < best.flows() ? lane : best;
            }
        }
        if (best == null || (suited < limits.lanes() && best.flows() > 0)) {
            best = new Lane(this, loop, decided);
            lanes.add(best);
            // Later: an answer at once would find a lane that nobody holds yet.
            loop.execute(best::open);
        }
        return best;
    }

    /** Keeps a datagram, whose owner the caller stays, until its flow has a stream; within a bound. */
    void hold(Flow flow, ByteBuf payload) {
        if (!held.keep(flow, payload)) {
            tally.lost(DatagramLoss.FULL);
        }
    }

    /** The first of those that are kept for a flow, now the caller's; null if none is left. */
    @Nullable
    ByteBuf nextHeld(Flow flow) {
        return held.next(flow);
    }

    private CulvertException tooMany(TunnelError code, String key, int most) {
        return new CulvertException(
                code, "tunnel \"" + tunnel.name() + "\" has no room for one more flow (" + key + ": " + most + ").");
    }

    // --- to visitors

    /** An answer of the service; takes over the payload. */
    void toVisitor(Flow flow, ByteBuf payload) {
        int bytes = payload.readableBytes();
        Visit visit = flow.visit;
        if (!socket.isWritable()) {
            drop(DatagramLoss.FULL, payload);
        } else if (!flow.answer(bytes, limits.amplification(flow.isAssured()))) {
            drop(DatagramLoss.AMPLIFICATION, payload);
        } else if (visit == null || !visit.out(bytes)) {
            drop(DatagramLoss.RATE, payload);
        } else {
            flow.lastActive = System.nanoTime();
            tally.out();
            unflushed = true;
            socket.write(new DatagramPacket(payload, flow.visitor), socket.voidPromise()); // ownership passes
        }
    }

    void flushVisitors() {
        if (unflushed) {
            unflushed = false;
            socket.flush();
        }
    }

    private void drop(DatagramLoss reason, ByteBuf payload) {
        tally.lost(reason);
        payload.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // One datagram that the kernel did not take or could not bring: the next one is another matter.
        log.debug("tunnel {}: a datagram failed", tunnel.name(), cause);
    }

    // --- ends

    /** Its lane has let it go: the service is not there, or the client is done with it. */
    void ended(Flow flow, @Nullable CulvertException cause) {
        if (flow.visit != null) {
            flow.visit.end(cause);
        }
        if (cause == null) {
            forget(flow, DatagramLoss.ENDED);
        } else {
            flow.refusedUntil = System.nanoTime() + REFUSED_NANOS;
        }
    }

    /** Its visitor's next datagram begins another one; what is kept for it is lost. */
    void forget(Flow flow, DatagramLoss reason) {
        flows.remove(flow);
        tally.lost(reason, held.drop(flow));
    }

    /** Ends a flow at both ends. */
    private void end(Flow flow, DatagramLoss reason, @Nullable CulvertException cause) {
        forget(flow, reason);
        if (flow.lane != null) {
            flow.lane.end(flow);
        }
        if (flow.refusedUntil == 0 && flow.visit != null) {
            flow.visit.end(cause);
        }
    }

    /** A lane carries no more. */
    void spent(Lane lane) {
        lanes.remove(lane);
    }

    /** Its visitor may not come. */
    void refuse(Flow flow, CulvertException cause) {
        DatagramLoss loss = lossOf(cause);
        flow.refusal = loss;
        forget(flow, loss);
        refusals.note(originOf(flow.visitor), cause);
    }

    /** Visitors got nothing. */
    void note(Flow flow, CulvertException cause) {
        refusals.note(originOf(flow.visitor), cause);
    }

    private static DatagramLoss lossOf(CulvertException cause) {
        if (cause.code() instanceof TunnelError known) {
            return switch (known) {
                case VISITOR_LIMIT, STREAM_LIMIT -> DatagramLoss.FLOWS;
                case SOURCE_LIMIT -> DatagramLoss.SOURCE;
                case NO_CLIENT -> DatagramLoss.NO_CLIENT;
                default -> DatagramLoss.NOT_PERMITTED;
            };
        }
        return cause.code() instanceof ServiceError ? DatagramLoss.SERVICE : DatagramLoss.NOT_PERMITTED;
    }

    private void sweep() {
        long moment = System.nanoTime();
        long assured = flows.idleNanos(true);
        long newcomer = flows.idleNanos(false);
        for (Flow flow : flows.all()) {
            boolean refused = flow.refusedUntil != 0;
            long silent = moment - flow.lastActive;
            if (refused ? moment - flow.refusedUntil >= 0 : silent >= (flow.isAssured() ? assured : newcomer)) {
                end(flow, DatagramLoss.NO_CLIENT, null);
            }
        }
        // Such as lead to a client that is about to go, or that no one's turn needs.
        for (Lane lane : List.copyOf(lanes)) {
            if (lane.isLeft() || (lane.isIdle() && lanes.size() > limits.lanes())) {
                lane.close();
            }
        }
        flushLanes();
        tally.tell();
    }

    private void flushLanes() {
        for (Lane lane : lanes) {
            lane.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (over) {
            return;
        }
        over = true;
        if (sweeping != null) {
            sweeping.cancel(false);
        }
        List.copyOf(lanes).forEach(Lane::close);
        flows.all().forEach(flow -> forget(flow, DatagramLoss.ENDED)); // those whose turn has not come
        tally.tell();
    }

    private void onLoop(Runnable action) {
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
    }
}
