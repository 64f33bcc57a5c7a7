package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.protocol.Visit;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The datagrams of one visitor, as the server sees them. Belongs to the endpoint's loop. */
final class Flow {

    final InetSocketAddress visitor;
    final Share share = new Share();

    /** Null until it is known whose turn it is. */
    @Nullable
    Lane lane;

    /** Which one of its lane's. */
    int id;

    /** When a datagram last went by, in either direction, on the clock of {@link System#nanoTime()}. */
    long lastActive;

    /** Null until its lane is open. */
    @Nullable
    Visit visit;

    /** The client has said that the service is not there; until when it is not asked again. 0 if it has not. */
    long refusedUntil;

    private long sent;
    private long answered;

    private @Nullable Queue<ByteBuf> held;

    Flow(InetSocketAddress visitor) {
        this.visitor = visitor;
    }

    /** Keeps a datagram, now its own, until there is a stream. */
    void hold(ByteBuf payload) {
        Queue<ByteBuf> waiting = held;
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
            held = waiting;
        }
        waiting.add(payload);
    }

    /** The first of those that are kept, now the caller's; null if none is left. */
    @Nullable
    ByteBuf nextHeld() {
        return held == null ? null : held.poll();
    }

    void sent(int bytes) {
        sent += bytes;
    }

    /** Whether an answer is within that many times what the visitor has sent; if so it is counted. */
    boolean answer(int bytes, int times) {
        if (times > 0 && answered + bytes > times * sent) {
            return false;
        }
        answered += bytes;
        return true;
    }
}
