package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.Network;
import dev.culvert.spi.ServiceError;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.link.Datagrams;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.DialingService;
import dev.culvert.spi.protocol.IncomingStream;
import dev.culvert.spi.protocol.StreamOrigin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.netty.util.concurrent.Future;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client's end of a lane. Belongs to the stream's loop, as its flows' sockets do. */
final class ClientLane implements FrameReceiver {

    private static final long SWEEP_MILLIS = 250;

    /** How long a flow is silent before a client that wants to stop no longer waits for it. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final IncomingStream stream;
    private final DuplexChannel channel;
    private final EventLoop loop;
    private final Network network;
    private final HostPort target;
    private final UdpTunnelFactory settings;
    private final LaneOutput out;
    private final Tally tally;
    private final IntObjectMap<ClientFlow> flows = new IntObjectHashMap<>();
    private final List<ClientFlow> written = new ArrayList<>();
    private @Nullable Future<?> sweeping;
    private int lastId;
    private boolean flushing;
    private boolean draining;
    private boolean over;

    ClientLane(IncomingStream stream, Network network, HostPort target, UdpTunnelFactory settings) {
        this.stream = stream;
        this.channel = stream.channel();
        this.loop = channel.eventLoop();
        this.network = network;
        this.target = target;
        this.settings = settings;
        Datagrams beside = stream.datagrams().orElse(null);
        this.out = new LaneOutput(channel, Math.toIntExact(settings.maxQueued().bytes()), beside);
        this.tally = new Tally(stream::counted);
        if (beside != null) {
            beside.onDatagram((flow, payload) -> {
                datagram((int) flow, payload);
                turnEnded();
            });
        }
    }

    /** Takes the stream. The service is asked when there is a flow: nothing else tells whether it is there. */
    void start() {
        stream.accept();
        sweeping = loop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        channel.pipeline().addLast(new LaneInput(loop, this));
        if (channel.isActive()) {
            channel.config().setAutoRead(true);
        } else {
            lost(null);
        }
    }

    /** Ends the lane as soon as its flows are silent. From any thread. */
    void drain() {
        loop.execute(() -> {
            draining = true;
            sweep();
        });
    }

    Tally tally() {
        return tally;
    }

    // --- what the server says

    @Override
    public void opened(int id, StreamOrigin visitor) {
        if (id <= lastId) {
            throw Frame.malformed("flow " + id + " begins after flow " + lastId + ".");
        }
        lastId = id;
        if (!out.hasRoomForFlow()) {
            return; // nor could the end of it be told; its datagrams are counted as those of one that has ended
        }
        if (flows.size() >= settings.maxFlows()) {
            tally.lost(DatagramLoss.FLOWS);
            out.close(
                    id,
                    new CulvertException(
                            TunnelError.VISITOR_LIMIT,
                            "the client has no room for one more flow (max_flows: " + settings.maxFlows() + ")."));
            flushLater();
            return;
        }
        ClientFlow flow = new ClientFlow(this, id, stream.visit(visitor));
        flows.put(id, flow);
        flow.connect(network.connectDatagrams(loop, target));
    }

    @Override
    public void datagram(int id, ByteBuf payload) {
        ClientFlow flow = flows.get(id);
        if (flow == null) {
            tally.lost(DatagramLoss.ENDED);
            payload.release();
        } else {
            flow.fromVisitor(payload);
        }
    }

    @Override
    public void closed(int id, @Nullable CulvertException cause) {
        ClientFlow flow = flows.remove(id);
        if (flow != null) {
            flow.end(cause);
        }
    }

    @Override
    public void turnEnded() {
        written.forEach(ClientFlow::flush);
        written.clear();
    }

    @Override
    public void lost(@Nullable CulvertException cause) {
        if (over) {
            return;
        }
        over = true;
        if (sweeping != null) {
            sweeping.cancel(false);
        }
        out.discard();
        flows.values().forEach(flow -> flow.end(cause));
        flows.clear();
        tally.tell();
    }

    // --- what the flows say

    /** A flow has something to flush when this turn ends. */
    void written(ClientFlow flow) {
        written.add(flow);
    }

    /** An answer of the service, whose owner the caller stays; false if there is no room for it. */
    boolean toVisitor(ClientFlow flow, ByteBuf payload) {
        if (over || !out.datagram(flow.id(), flow.share(), payload)) {
            return false;
        }
        flushLater();
        return true;
    }

    /** The service is not there: the server is told, and the flow is over. */
    void failed(ClientFlow flow, Throwable failure) {
        if (flows.remove(flow.id()) == null) {
            return;
        }
        CulvertException cause = describe(failure);
        out.close(flow.id(), cause);
        flushLater();
        flow.end(cause);
    }

    private CulvertException describe(Throwable failure) {
        String local = DialingService.shown(target);
        if (failure instanceof UnknownHostException) {
            return new CulvertException(
                    ServiceError.UNKNOWN_HOST, "local " + local + ": the name does not resolve.", failure);
        }
        if (failure instanceof java.net.PortUnreachableException || failure instanceof java.net.ConnectException) {
            return new CulvertException(ServiceError.REFUSED, "local " + local + ": nothing listens there.", failure);
        }
        return new CulvertException(ServiceError.FAILED, "local " + local + ": " + failure.getMessage() + ".", failure);
    }

    // Behind all that has happened in this turn of the loop: flows whose sockets were ready together go out together.
    private void flushLater() {
        if (!flushing) {
            flushing = true;
            loop.execute(() -> {
                flushing = false;
                out.flush();
            });
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        // The server sees more of a flow than this end, and ends it first; unless it has forgotten to.
        long idleNanos = 2 * settings.idleTimeout().toNanos();
        boolean quiet = true;
        for (ClientFlow flow : List.copyOf(flows.values())) {
            long silent = now - flow.lastActive();
            if (silent >= idleNanos) {
                flows.remove(flow.id());
                out.close(flow.id(), null);
                flow.end(null);
            } else {
                quiet &= silent >= QUIET_NANOS;
            }
        }
        tally.tell();
        out.flush();
        if (draining && quiet && !over) {
            finish();
        }
    }

    /** FIN behind everything that is queued; the server then ends its direction too. */
    private void finish() {
        draining = false;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> channel.shutdownOutput());
    }
}
