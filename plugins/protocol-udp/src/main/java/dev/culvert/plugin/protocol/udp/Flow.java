package dev.culvert.plugin.protocol.udp;

import dev.culvert.spi.protocol.Visit;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The datagrams of one visitor, as the server sees them. Belongs to the endpoint's loop. */
final class Flow {

    final InetSocketAddress visitor;
    final Lane lane;
    final int id;
    final Share share = new Share();

    /** When a datagram last went by, in either direction, on the clock of {@link System#nanoTime()}. */
    long lastActive;

    /** Null until its lane is open. */
    @Nullable
    Visit visit;

    /** The client has said that the service is not there; until when it is not asked again. 0 if it has not. */
    long refusedUntil;

    private long sent;
    private long answered;

    Flow(InetSocketAddress visitor, Lane lane, int id) {
        this.visitor = visitor;
        this.lane = lane;
        this.id = id;
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
