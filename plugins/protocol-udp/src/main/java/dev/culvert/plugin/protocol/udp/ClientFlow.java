package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.DatagramLoss;
import dev.culvert.spi.protocol.Visit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.PortUnreachableException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One flow's socket to the service, which sees the visitor as that socket's address. Belongs to the lane's loop. */
final class ClientFlow extends ChannelInboundHandlerAdapter {

    /** What may come while the service's name is looked up. */
    private static final int MOST_HELD_BYTES = 64 * 1024;

    private static final int MOST_HELD = 64;

    private final ClientLane lane;
    private final int id;
    private final Visit visit;
    private final Share share = new Share();
    private @Nullable Queue<ByteBuf> held = new ArrayDeque<>(2);
    private int heldBytes;
    private @Nullable DatagramChannel socket;
    private long lastActive = System.nanoTime();
    private boolean dirty;
    private boolean over;

    ClientFlow(ClientLane lane, int id, Visit visit) {
        this.lane = lane;
        this.id = id;
        this.visit = visit;
    }

    int id() {
        return id;
    }

    Share share() {
        return share;
    }

    long lastActive() {
        return lastActive;
    }

    void connect(Future<DatagramChannel> connecting) {
        connecting.addListener((Future<DatagramChannel> connected) -> {
            if (!connected.isSuccess()) {
                lane.failed(this, connected.cause());
            } else if (over) {
                connected.getNow().close();
            } else {
                connected(connected.getNow());
            }
        });
    }

    private void connected(DatagramChannel opened) {
        socket = opened;
        opened.pipeline().addLast(this);
        opened.config().setAutoRead(true);
        Queue<ByteBuf> waiting = held;
        held = null;
        if (waiting != null && !waiting.isEmpty()) {
            waiting.forEach(payload -> write(opened, payload));
            opened.flush();
        }
    }

    /** Takes over the payload. */
    void fromVisitor(ByteBuf payload) {
        lastActive = System.nanoTime();
        DatagramChannel open = socket;
        int bytes = payload.readableBytes();
        if (open != null) {
            if (!open.isWritable()) {
                drop(DatagramLoss.FULL, payload);
                return;
            }
            if (!dirty) {
                dirty = true;
                lane.written(this);
            }
            write(open, payload);
        } else if (held != null && held.size() < MOST_HELD && heldBytes + bytes <= MOST_HELD_BYTES) {
            heldBytes += bytes;
            held.add(payload);
        } else {
            drop(DatagramLoss.FULL, payload);
        }
    }

    private void write(DatagramChannel open, ByteBuf payload) {
        visit.in(payload.readableBytes());
        lane.tally().in();
        open.write(payload, open.voidPromise()); // ownership passes
    }

    /** Sends what this turn has written. */
    void flush() {
        dirty = false;
        if (socket != null) {
            socket.flush();
        }
    }

    /** Closes the socket. */
    void end(@Nullable CulvertException cause) {
        if (over) {
            return;
        }
        over = true;
        visit.end(cause);
        if (held != null) {
            lane.tally().lost(DatagramLoss.SERVICE, held.size());
            held.forEach(ByteBuf::release);
            held = null;
        }
        if (socket != null) {
            socket.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            lastActive = System.nanoTime();
            int bytes = packet.content().readableBytes();
            if (lane.toVisitor(this, packet.content())) {
                visit.out(bytes);
                lane.tally().out();
            } else {
                lane.tally().lost(DatagramLoss.FULL);
            }
        } finally {
            packet.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof PortUnreachableException || cause instanceof ConnectException) {
            lane.failed(this, cause);
        } else {
            lane.tally().lost(DatagramLoss.SERVICE); // one datagram that the kernel did not take
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over) {
            lane.failed(this, new ConnectException("the socket was closed"));
        }
    }

    private void drop(DatagramLoss reason, ByteBuf payload) {
        lane.tally().lost(reason);
        payload.release();
    }
}
