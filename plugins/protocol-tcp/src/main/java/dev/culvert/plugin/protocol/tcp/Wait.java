package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.WireError;
import dev.culvert.spi.protocol.TunnelStream;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds a visitor until its service is there: asks for a stream when a client comes, again and again while the service
 * refuses, until the time is up. State belongs to one loop, which need not be the stream's.
 */
final class Wait {

    private static final long FIRST_DELAY_MS = 250;
    private static final long LONGEST_DELAY_MS = 2_000;

    // That the service is absent is waited out: not where the visitor comes from, nor that there are too many, nor a
    // pause.
    private static final Set<ErrorCode> NOT_WORTH_WAITING = Set.of(
            TunnelError.VISITOR_NOT_PERMITTED,
            TunnelError.STREAM_LIMIT,
            TunnelError.VISITOR_LIMIT,
            TunnelError.SOURCE_LIMIT,
            TunnelError.PAUSED,
            WireError.TOO_MANY_STREAMS);

    private final Visitors visitors;
    private final Visitor visitor;
    private final EventLoop loop;
    private @Nullable Future<?> deadline;
    private @Nullable Future<?> retry;
    private @Nullable TunnelStream dialling;
    private long delayMs = FIRST_DELAY_MS;
    private long notBefore;
    private boolean asleep;
    private boolean counted;
    private boolean ended;

    Wait(Visitors visitors, Visitor visitor, EventLoop loop) {
        this.visitors = visitors;
        this.visitor = visitor;
        this.loop = loop;
    }

    void start() {
        loop.execute(() -> {
            long millis = visitors.limits().waitTimeout().toMillis();
            deadline = loop.schedule(this::expired, millis, TimeUnit.MILLISECONDS);
            ask();
        });
    }

    /** A client may be there now. */
    void wake() {
        loop.execute(() -> {
            if (asleep) {
                asleep = false;
                // A client may come and go quickly: never ask faster than a retry would.
                askLater();
            }
        });
    }

    /** The visitor has been sent away. */
    void stop() {
        loop.execute(this::end);
    }

    private void ask() {
        if (ended) {
            return;
        }
        visitors.tunnel().openStream(visitor.origin()).addListener((FutureListener<TunnelStream>)
                opened -> loop.execute(() -> opened(opened)));
    }

    private void opened(Future<TunnelStream> opened) {
        if (!opened.isSuccess()) {
            failed(TunnelStream.failure(opened.cause()));
            return;
        }
        TunnelStream stream = opened.getNow();
        if (ended) {
            stream.abort();
            return;
        }
        dialling = stream;
        stream.connected()
                .addListener((FutureListener<Void>) connected -> loop.execute(() -> dialled(stream, connected)));
    }

    private void dialled(TunnelStream stream, Future<Void> connected) {
        dialling = null;
        if (!connected.isSuccess()) {
            stream.abort();
            failed(TunnelStream.failure(connected.cause()));
        } else if (!ended) {
            end();
            visitor.join(stream);
        }
    }

    private void failed(CulvertException cause) {
        if (ended) {
            return;
        }
        if (NOT_WORTH_WAITING.contains(cause.code())) {
            refuse(cause);
            return;
        }
        if (!counted && !visitors.enter()) {
            refuse(new CulvertException(
                    TunnelError.TOO_MANY_WAITING,
                    "tunnel \"" + visitors.tunnel().name() + "\": "
                            + visitors.limits().maxWaiting() + " visitors wait already.",
                    cause));
            return;
        }
        counted = true;
        notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs);
        delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS);
        if (cause.code().equals(TunnelError.NO_CLIENT)) {
            asleep = true;
            visitors.watch();
        } else {
            askLater();
        }
    }

    private void askLater() {
        retry = loop.schedule(this::ask, Math.max(0, notBefore - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void expired() {
        if (!ended) {
            refuse(new CulvertException(
                    TunnelError.WAIT_EXPIRED,
                    "tunnel \"" + visitors.tunnel().name() + "\": no service within "
                            + visitors.limits().waitTimeout().toMillis() + " ms."));
        }
    }

    private void refuse(CulvertException cause) {
        end();
        visitor.refuse(cause);
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        asleep = false;
        cancel(deadline);
        cancel(retry);
        if (counted) {
            visitors.leave();
        }
        if (dialling != null) {
            dialling.abort();
            dialling = null;
        }
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
