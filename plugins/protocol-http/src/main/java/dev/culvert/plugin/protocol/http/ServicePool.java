package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.protocol.Turn;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The idle streams of one tunnel, the one used last first. Thread-safe. */
final class ServicePool {

    private final TunnelHandle tunnel;
    private final int most;
    private final Duration keptFor;
    private final Deque<ServiceStream> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean closed;

    /**
     * Makes one.
     *
     * @param most how many it keeps
     */
    ServicePool(TunnelHandle tunnel, Limits limits, int most) {
        this.tunnel = tunnel;
        this.most = most;
        this.keptFor = limits.pooledFor();
    }

    /** Whoever asked for a stream; told on any thread, once; the token leads the visitor there again, if it should. */
    interface Asker {
        void opened(ServiceEnd service, @Nullable String token);

        void notOpened(Throwable cause);
    }

    /**
     * Gives a stream, an idle one if there is one that has not been idle for longer than this.
     *
     * @param origin on whose behalf
     * @param token which one it says it was given with an answer before; null for none
     * @param idleFor zero for a new one
     */
    void ask(StreamOrigin origin, @Nullable String token, Duration idleFor, Asker asker) {
        tunnel.turn(origin, token).whenComplete((turn, failure) -> {
            if (failure != null) {
                asker.notOpened(failure);
                return;
            }
            ServiceStream pooled = idleFor.isZero() ? null : pooled(turn, origin, idleFor);
            if (pooled != null) {
                asker.opened(pooled, turn.token(pooled.stream()));
            } else {
                open(turn, asker);
            }
        });
    }

    private void open(Turn turn, Asker asker) {
        turn.openStream().addListener((Future<TunnelStream> opened) -> {
            if (opened.isSuccess()) {
                ServiceStream service = ServiceStream.on(opened.getNow(), this);
                service.stream()
                        .channel()
                        .eventLoop()
                        .schedule(
                                () -> service.expireAfter(keptFor),
                                keptFor.toMillis(),
                                java.util.concurrent.TimeUnit.MILLISECONDS);
                asker.opened(service, turn.token(service.stream()));
            } else {
                asker.notOpened(opened.cause());
            }
        });
    }

    /** A stream is idle from now on. */
    void put(ServiceStream stream) {
        if (size.incrementAndGet() > most) {
            size.decrementAndGet();
            stream.close();
            return;
        }
        idle.addFirst(stream);
        if ((closed || !stream.isOpen()) && take(stream)) {
            stream.close();
        }
    }

    /** Takes one out, unless somebody else has. */
    boolean take(ServiceStream stream) {
        boolean taken = idle.removeFirstOccurrence(stream);
        if (taken) {
            size.decrementAndGet();
        }
        return taken;
    }

    /** Keeps none any more. */
    void close() {
        closed = true;
        for (ServiceStream stream = idle.poll(); stream != null; stream = idle.poll()) {
            stream.close();
        }
    }

    private @Nullable ServiceStream pooled(Turn turn, StreamOrigin origin, Duration idleFor) {
        for (ServiceStream stream : idle) {
            if (!turn.isOf(stream.stream()) || !take(stream)) {
                continue; // another client's turn comes again, or somebody was faster
            }
            boolean recent = System.nanoTime() - stream.idleSince() < idleFor.toNanos();
            if (!recent || !stream.isOpen()) {
                stream.close();
            } else if (tunnel.mayReuse(stream.stream(), origin)) {
                return stream;
            } else {
                // To a client that another has replaced, or for other visitors only: asking for a new one tells why.
                stream.close();
                return null;
            }
        }
        return null;
    }
}
