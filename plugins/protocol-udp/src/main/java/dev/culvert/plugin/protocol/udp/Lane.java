package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.WireError;
import dev.culvert.spi.link.Datagrams;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One stream to a client, and the flows that it carries. What comes before the stream is open is held, within a bound.
 * Belongs to the endpoint's loop.
 */
final class Lane implements FrameReceiver {

    private static final int MOST_HELD_BYTES = 256 * 1024;
    private static final int MOST_HELD = 1024;

    private final UdpEndpoint endpoint;
    private final EventLoop owner;
    private final IntObjectMap<Flow> flows = new IntObjectHashMap<>();
    private final Queue<Held> held = new ArrayDeque<>();
    private int heldBytes;
    private int lastId;
    private @Nullable TunnelStream stream;
    private @Nullable LaneOutput out;
    private boolean over;

    Lane(UdpEndpoint endpoint, EventLoop owner) {
        this.endpoint = endpoint;
        this.owner = owner;
    }

    /** Asks for the stream. No one visitor's: each is let in by itself. */
    void open() {
        endpoint.tunnel().openStream(StreamOrigin.UNKNOWN).addListener((FutureListener<TunnelStream>)
                opened -> onOwner(() -> opened(opened)));
    }

    int flows() {
        return flows.size();
    }

    /** Whether no flow can begin here any more. */
    boolean isSpent() {
        return over || lastId == Integer.MAX_VALUE;
    }

    /** A flow begins; the caller has counted it. Throws if its visitor may not come. */
    Flow begin(InetSocketAddress visitor) {
        Flow flow = new Flow(visitor, this, ++lastId);
        TunnelStream open = stream;
        if (open != null) {
            admit(flow, open);
        }
        flows.put(flow.id, flow);
        return flow;
    }

    /** A visitor's datagram, whose owner the caller stays. */
    void fromVisitor(Flow flow, ByteBuf payload) {
        LaneOutput output = out;
        if (output != null) {
            send(output, flow, payload);
        } else if (held.size() < MOST_HELD && heldBytes + payload.readableBytes() <= MOST_HELD_BYTES) {
            heldBytes += payload.readableBytes();
            held.add(new Held(flow, payload.copy()));
        } else {
            endpoint.tally().lost(DatagramLoss.FULL);
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
        end(null, null);
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
        Datagrams beside = open.datagrams().orElse(null);
        LaneOutput output = new LaneOutput(open.channel(), endpoint.limits().maxQueued(), beside);
        out = output;
        if (beside != null) {
            beside.onDatagram((flow, payload) -> onOwner(() -> {
                datagram((int) flow, payload);
                turnEnded();
            }));
        }
        admitAll(open);
        for (Held one = held.poll(); one != null; one = held.poll()) {
            if (flows.get(one.flow.id) == one.flow) {
                send(output, one.flow, one.payload);
            }
            one.payload.release();
        }
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

    private void admitAll(TunnelStream open) {
        for (Flow flow : List.copyOf(flows.values())) {
            try {
                admit(flow, open);
            } catch (CulvertException e) {
                flows.remove(flow.id);
                endpoint.forget(flow);
                endpoint.refused(flow.visitor, e);
            }
        }
    }

    private void admit(Flow flow, TunnelStream open) {
        StreamOrigin origin = endpoint.originOf(flow.visitor);
        flow.visit = endpoint.tunnel().visit(open, origin);
        LaneOutput output = out;
        if (output != null) {
            output.open(flow.id, origin);
        }
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
    private void end(@Nullable CulvertException cause, @Nullable DatagramLoss loss) {
        if (over) {
            return;
        }
        over = true;
        endpoint.spent(this);
        if (out != null) {
            out.discard();
        }
        for (Flow flow : List.copyOf(flows.values())) {
            endpoint.forget(flow);
            if (flow.visit != null) {
                flow.visit.end(cause);
            } else if (cause != null) {
                endpoint.refused(flow.visitor, cause, null);
            }
        }
        flows.clear();
        if (loss != null) {
            endpoint.tally().lost(loss, held.size());
        }
        held.forEach(one -> one.payload.release());
        held.clear();
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

    private record Held(Flow flow, ByteBuf payload) {}
}
