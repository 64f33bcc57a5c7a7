package dev.culvert.plugin.transport.tls;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.PluginContext;
import dev.culvert.spi.WireError;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context of new connections, made anew when its files have changed; connections that are there keep theirs.
 * Thread-safe.
 */
final class Contexts implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Contexts.class);

    // A change is taken at the second look that sees it.
    private static final long LOOK_MILLIS = 1000;

    private final Supplier<TlsContext> maker;
    private final Callable<Object> stamp;
    private final Future<?> looking;
    private final Object looks = new Object();
    private @Nullable TlsContext current;
    private boolean closed;
    private @Nullable Object loaded;
    private @Nullable Object seen;
    private @Nullable String complaint;

    /**
     * Watches files.
     *
     * @param maker reads them; first when a connection needs it, or {@link #load()} asks
     * @param stamp changes when they do; fails while one is missing
     */
    Contexts(Supplier<TlsContext> maker, Callable<Object> stamp, PluginContext platform) {
        this.maker = maker;
        this.stamp = stamp;
        looking = platform.scheduler()
                .scheduleWithFixedDelay(() -> elsewhere(platform), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Makes the first context now, so that what is wrong with its files is told at start. */
    synchronized TlsContext load() {
        TlsContext present = current;
        if (present == null) {
            present = maker.get();
            loaded = stampOrNull();
            current = present;
        }
        return present;
    }

    /**
     * Makes the handler of a connection.
     *
     * @param make must not keep the context
     * @return with the identity that the connection shows
     * @throws CulvertException if the transport is closed, or a first context cannot be made
     */
    synchronized Started start(Function<TlsContext, SslHandler> make) {
        if (closed) {
            throw new CulvertException(WireError.GOING_AWAY, "tls: this end takes no new connections.");
        }
        TlsContext context = load();
        return new Started(make.apply(context), context.identity());
    }

    @Override
    public synchronized void close() {
        looking.cancel(false);
        closed = true;
        TlsContext last = current;
        current = null;
        if (last != null) {
            last.release();
        }
    }

    private void elsewhere(PluginContext platform) {
        try {
            platform.blocking().execute(this::look);
        } catch (RejectedExecutionException e) {
            // Too busy: the next look is a second away.
        }
    }

    // If the files cannot be used as they now are, those of before stay good. Reads outside the lock that connections
    // need.
    private void look() {
        synchronized (looks) {
            try {
                Object now = stamp.call();
                boolean settled = now.equals(seen);
                seen = now;
                // Two looks have to agree, or a file may be half written.
                if (settled && isOutdated(now)) {
                    replace(maker.get(), stamp.call());
                    complaint = null;
                }
            } catch (CulvertException e) {
                complain(String.valueOf(e.getMessage()));
            } catch (Exception e) {
                complain(e.toString());
            }
        }
    }

    private synchronized boolean isOutdated(Object now) {
        return current != null && !now.equals(loaded);
    }

    private synchronized void replace(TlsContext next, Object stampOfNext) {
        TlsContext before = current;
        if (before == null) {
            next.release(); // closed meanwhile
            return;
        }
        before.release();
        current = next;
        loaded = stampOfNext;
        log.info("certificate read again{}", shown(next));
    }

    private static String shown(TlsContext context) {
        Identity identity = context.identity();
        return identity == null ? "" : ": " + Pin.of(identity.leaf());
    }

    // Once, not at every look until somebody corrects the files.
    private void complain(String why) {
        if (!why.equals(complaint)) {
            complaint = why;
            log.warn("changed certificate not taken, the one of before stays good: {}", why);
        }
    }

    private @Nullable Object stampOrNull() {
        try {
            return stamp.call();
        } catch (IOException e) {
            return null;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A connection about to begin.
     *
     * @param handler does it
     * @param identity who this end will say it is
     */
    record Started(SslHandler handler, @Nullable Identity identity) {}
}
