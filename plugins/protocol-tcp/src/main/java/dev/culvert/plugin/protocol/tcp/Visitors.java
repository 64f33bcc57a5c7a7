package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.Network;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import io.netty.channel.socket.DuplexChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** The visitors of one tunnel that have no service yet. Thread-safe. */
final class Visitors {

    private final Network network;
    private final TunnelHandle tunnel;
    private final Limits limits;
    // Whoever removes a visitor from this set decides what becomes of it.
    private final Set<Visitor> held = ConcurrentHashMap.newKeySet();
    private final Semaphore places;
    private final AtomicBoolean watching = new AtomicBoolean();
    private volatile boolean closed;

    Visitors(Network network, TunnelHandle tunnel, Limits limits) {
        this.network = network;
        this.tunnel = tunnel;
        this.limits = limits;
        this.places = new Semaphore(limits.maxWaiting());
    }

    Network network() {
        return network;
    }

    TunnelHandle tunnel() {
        return tunnel;
    }

    Limits limits() {
        return limits;
    }

    /** Takes a connection over. */
    void accepted(DuplexChannel connection, StreamOrigin origin) {
        Visitor visitor = new Visitor(this, connection, origin);
        held.add(visitor);
        if (closed) {
            visitor.refuse(closing());
        } else if (held.size() > limits.maxOpening()) {
            visitor.refuse(new CulvertException(
                    TunnelError.TOO_MANY_WAITING,
                    "tunnel \"" + tunnel.name() + "\": " + limits.maxOpening()
                            + " visitors are without a stream already."));
        } else if (limits.whenAbsent() == WhenAbsent.RESET) {
            visitor.open();
        } else {
            visitor.openPatiently(network.eventLoops().next());
        }
    }

    /** Sends everybody away who still waits. */
    void close() {
        closed = true;
        held.forEach(visitor -> visitor.dismiss(closing()));
    }

    /** Whether the caller may decide what becomes of a visitor: only the first may. */
    boolean settle(Visitor visitor) {
        return held.remove(visitor);
    }

    /** A place among those who wait; to be given back by {@link #leave}. */
    boolean enter() {
        return places.tryAcquire();
    }

    void leave() {
        places.release();
    }

    /** Wakes everybody who waits when a client is there. One watch serves all: visitors come and go without one. */
    void watch() {
        if (watching.compareAndSet(false, true)) {
            tunnel.available().whenComplete((there, failure) -> {
                watching.set(false);
                held.forEach(Visitor::wake);
            });
        }
    }

    private CulvertException closing() {
        return new CulvertException(TunnelError.CLOSED, "tunnel \"" + tunnel.name() + "\" was closed.");
    }
}
