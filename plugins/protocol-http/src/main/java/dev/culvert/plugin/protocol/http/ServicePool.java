package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.protocol.TunnelHandle;
import dev.culvert.spi.protocol.TunnelStream;
import dev.culvert.spi.protocol.Turn;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The idle streams of one tunnel, the one used last first. Thread-safe. */
final class ServicePool {

    private final TunnelHandle tunnel;
    private final int most;
    private final boolean http2;
    private final Duration keptFor;
    private final Deque<PooledService> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean closed;

    /**
     * Makes one.
     *
     * @param most how many it keeps
     * @param http2 whether the service speaks HTTP/2
     */
    ServicePool(TunnelHandle tunnel, Limits limits, int most, boolean http2) {
        this.http2 = http2;
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
            PooledService pooled = idleFor.isZero() ? null : pooled(turn, origin, idleFor);
            if (pooled != null) {
                pooled.use(asker, turn.token(pooled.stream()));
            } else {
                open(turn, origin, asker);
            }
        });
    }

    private void open(Turn turn, StreamOrigin origin, Asker asker) {
        turn.openStream(origin).addListener((Future<TunnelStream> opened) -> {
            if (opened.isSuccess()) {
                PooledService service =
                        http2 ? Http2Service.on(opened.getNow(), this) : ServiceStream.on(opened.getNow(), this);
                service.stream()
                        .channel()
                        .eventLoop()
                        .schedule(() -> expire(service), keptFor.toMillis(), TimeUnit.MILLISECONDS);
                service.use(asker, turn.token(service.stream()));
            } else {
                asker.notOpened(opened.cause());
            }
        });
    }

    // Closes it if nobody has used it for so long; else looks again later.
    private void expire(PooledService service) {
        long left = service.idleSince() + keptFor.toNanos() - System.nanoTime();
        if (service.isIdle() && left <= 0 && take(service)) {
            service.close();
        } else if (service.isOpen()) {
            long pause = service.isIdle() && left > 0 ? left : keptFor.toNanos();
            service.stream().channel().eventLoop().schedule(() -> expire(service), pause, TimeUnit.NANOSECONDS);
        }
    }

    /** A request is over: its visitor's place is free before it can ask for more. */
    void leave(PooledService stream) {
        tunnel.leave(stream.stream());
    }

    /** A stream that was left is idle from now on. */
    void put(PooledService stream) {
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
    boolean take(PooledService stream) {
        boolean taken = idle.removeFirstOccurrence(stream);
        if (taken) {
            size.decrementAndGet();
        }
        return taken;
    }

    /** Keeps none any more. */
    void close() {
        closed = true;
        for (PooledService stream = idle.poll(); stream != null; stream = idle.poll()) {
            stream.close();
        }
    }

    private @Nullable PooledService pooled(Turn turn, StreamOrigin origin, Duration idleFor) {
        for (PooledService stream : idle) {
            long idleNanos = System.nanoTime() - stream.idleSince();
            boolean recent = idleNanos < idleFor.toNanos();
            boolean forOthers = !recent && idleNanos < keptFor.toNanos();
            if (!turn.isOf(stream.stream()) || forOthers || !take(stream)) {
                continue; // another client's turn comes again, or somebody was faster
            }
            if (!recent || !stream.isOpen()) {
                stream.close();
            } else if (tunnel.mayReuse(stream.stream(), origin)) {
                if (tunnel.enter(stream.stream(), origin)) {
                    return stream;
                }
                put(stream); // one visitor too many: asking for a new one tells why
                return null;
            } else {
                // To a client that another has replaced, or for other visitors only: asking for a new one tells why.
                stream.close();
                return null;
            }
        }
        return null;
    }
}
