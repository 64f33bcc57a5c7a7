package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.link.Datagrams;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.protocol.Turn;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream to a client, and the flows that it carries. Belongs to the endpoint's loop. */
final class Lane implements FrameReceiver {

    /** How long one that should not be used any more, or led to another client than it was meant for, is used all the same. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final UdpEndpoint endpoint;
    private final EventLoop owner;
    private final IntObjectMap<Flow> flows = new IntObjectHashMap<>();
    private final Turn turn;
    private int lastId;
    private long openedNanos;
    private boolean openedUnfit;
    private @Nullable TunnelStream stream;
    private @Nullable LaneOutput out;
    private boolean over;

    Lane(UdpEndpoint endpoint, EventLoop owner, Turn turn) {
        this.endpoint = endpoint;
        this.owner = owner;
        this.turn = turn;
    }

    /** Asks for the stream. No one visitor's: each is let in by itself. */
    void open() {
        turn.openStream(StreamOrigin.UNKNOWN)
                .addListener((FutureListener<TunnelStream>) opened -> onOwner(() -> opened(opened)));
    }

    /** Whether a flow whose turn that is may begin here. */
    boolean suits(Turn wanted) {
        if (isSpent()) {
            return false;
        }
        TunnelStream open = stream;
        if (open == null) {
            return wanted.isSame(turn);
        }
        return isFresh(wanted, open) || (wanted.isOf(open) && mayTakeMore(open));
    }

    /** Whether it carries nothing, and nothing new may begin here. */
    boolean isLeft() {
        TunnelStream open = stream;
        return open != null && flows.isEmpty() && !mayTakeMore(open);
    }

    /** Whether it carries nothing, and could. */
    boolean isIdle() {
        return stream != null && flows.isEmpty();
    }

    // One that has just been opened is the best there is, wherever it leads and even if it was none to be used any
    // more: nobody opens one for each visitor. What has changed since, a pause or a newer client, counts at once.
    private boolean isFresh(Turn wanted, TunnelStream open) {
        return wanted.isSame(turn)
                && System.nanoTime() - openedNanos < FRESH_NANOS
                && (openedUnfit || mayTakeMore(open));
    }

    private boolean mayTakeMore(TunnelStream open) {
        return endpoint.tunnel().mayReuse(open, StreamOrigin.UNKNOWN);
    }

    int flows() {
        return flows.size();
    }

    /** Whether no flow can begin here any more. */
    boolean isSpent() {
        return over || lastId == Integer.MAX_VALUE;
    }

    /** A flow begins; the caller has counted it. False if there is no room. Throws if its visitor may not come. */
    boolean begin(Flow flow) {
        TunnelStream open = stream;
        LaneOutput output = out;
        flow.id = ++lastId;
        if (open != null && output != null && !admit(flow, open, output)) {
            return false;
        }
        flow.lane = this;
        flows.put(flow.id, flow);
        return true;
    }

    /** A visitor's datagram, whose owner the caller stays. */
    void fromVisitor(Flow flow, ByteBuf payload) {
        LaneOutput output = out;
        if (output != null) {
            send(output, flow, payload);
        } else {
            endpoint.hold(flow, payload);
        }
    }

    /** Ends a flow at the client too. */
    void end(Flow flow) {
        if (flows.remove(flow.id) != null && out != null) {
            out.close(flow.id, null);
        }
    }

    void flush() {
        if (out != null) {
            out.flush();
        }
    }

    /** Ends the stream, and with it the flows. */
    void close() {
        TunnelStream open = stream;
        if (open != null) {
            flush();
            open.channel().close();
        }
        end(null, DatagramLoss.ENDED);
    }

    // --- the stream opens

    private void opened(Future<TunnelStream> opened) {
        if (!opened.isSuccess()) {
            end(asCulvert(opened.cause()), DatagramLoss.NO_CLIENT);
            return;
        }
        TunnelStream open = opened.getNow();
        if (over) {
            open.channel().close();
            return;
        }
        stream = open;
        openedNanos = System.nanoTime();
        openedUnfit = !mayTakeMore(open);
        Datagrams beside = open.datagrams().orElse(null);
        LaneOutput output = new LaneOutput(open.channel(), endpoint.limits().maxQueued(), beside);
        out = output;
        if (beside != null) {
            beside.onDatagram((flow, payload) -> onOwner(() -> {
                datagram((int) flow, payload);
                turnEnded();
            }));
        }
        admitAll(open, output);
        output.flush();
        listen(open);
    }

    private void listen(TunnelStream open) {
        open.connected()
                .addListener(reached -> onOwner(() -> {
                    if (!reached.isSuccess()) {
                        lost(asCulvert(reached.cause()));
                    }
                }));
        open.channel().pipeline().addLast(new LaneInput(owner, this));
        if (open.channel().isActive()) {
            open.channel().config().setAutoRead(true);
        } else {
            lost(new CulvertException(WireError.CONNECTION_LOST, "the stream broke off."));
        }
    }

    private void admitAll(TunnelStream open, LaneOutput output) {
        for (Flow flow : List.copyOf(flows.values())) {
            try {
                if (!admit(flow, open, output)) {
                    flows.remove(flow.id);
                    endpoint.forget(flow, DatagramLoss.FULL);
                }
            } catch (CulvertException e) {
                flows.remove(flow.id);
                endpoint.refuse(flow, e);
            }
        }
    }

    private boolean admit(Flow flow, TunnelStream open, LaneOutput output) {
        if (!output.hasRoomForFlow()) {
            return false;
        }
        StreamOrigin origin = endpoint.originOf(flow.visitor);
        flow.visit = endpoint.tunnel().visit(open, origin);
        output.open(flow.id, origin);
        for (ByteBuf held = endpoint.nextHeld(flow); held != null; held = endpoint.nextHeld(flow)) {
            send(output, flow, held);
            held.release();
        }
        return true;
    }

    private void send(LaneOutput output, Flow flow, ByteBuf payload) {
        int bytes = payload.readableBytes();
        if (flow.visit == null || !flow.visit.in(bytes)) {
            endpoint.tally().lost(DatagramLoss.RATE);
        } else if (output.datagram(flow.id, flow.share, payload)) {
            flow.sent(bytes);
            endpoint.tally().in();
        } else {
            endpoint.tally().lost(DatagramLoss.FULL);
        }
    }

    // --- what the client says

    @Override
    public void datagram(int id, ByteBuf payload) {
        Flow flow = flows.get(id);
        if (flow == null) {
            endpoint.tally().lost(DatagramLoss.ENDED);
            payload.release();
        } else {
            endpoint.toVisitor(flow, payload);
        }
    }

    @Override
    public void opened(int id, StreamOrigin origin) {
        throw Frame.malformed("type 1 from the client (expected: 0 or 2).");
    }

    @Override
    public void closed(int id, @Nullable CulvertException cause) {
        Flow flow = flows.remove(id);
        if (flow != null) {
            endpoint.ended(flow, cause);
        }
    }

    @Override
    public void turnEnded() {
        endpoint.flushVisitors();
    }

    @Override
    public void lost(@Nullable CulvertException cause) {
        TunnelStream open = stream;
        if (open != null && open.channel().isOpen()) {
            open.channel().close();
        }
        end(cause, DatagramLoss.NO_CLIENT);
    }

    /** All flows end; their visitors' next datagrams begin others, on another lane. */
    private void end(@Nullable CulvertException cause, DatagramLoss loss) {
        if (over) {
            return;
        }
        over = true;
        endpoint.spent(this);
        if (out != null) {
            out.discard();
        }
        for (Flow flow : List.copyOf(flows.values())) {
            endpoint.forget(flow, loss);
            if (flow.visit != null) {
                flow.visit.end(cause);
            } else if (cause != null) {
                endpoint.note(flow, cause);
            }
        }
        flows.clear();
    }

    private static CulvertException asCulvert(Throwable cause) {
        return cause instanceof CulvertException known
                ? known
                : new CulvertException(WireError.STREAM_RESET, "the stream failed: " + cause + ".", cause);
    }

    private void onOwner(Runnable action) {
        if (owner.inEventLoop()) {
            action.run();
        } else {
            owner.execute(action);
        }
    }
}
