package dev.culvert.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a process on SIGINT or SIGTERM: the first one lets open streams finish, the second does not wait. SIGHUP does the
 * same to a process that has no file; others read theirs again.
 */
final class GracefulStop {

    private static final Logger log = LoggerFactory.getLogger("culvert");

    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicInteger signals = new AtomicInteger();
    private final Duration drainTimeout;

    /**
     * Takes the signals over.
     *
     * @param drainTimeout how long open streams may go on
     * @param hangup what SIGHUP does; null: it stops as well
     */
    GracefulStop(Duration drainTimeout, @Nullable Runnable hangup) {
        this.drainTimeout = drainTimeout;
        Signals.on("INT", () -> received("INT"));
        Signals.on("TERM", () -> received("TERM"));
        Signals.on("HUP", hangup == null ? () -> received("HUP") : hangup);
    }

    /** Waits for the first signal, or for {@link #now}. */
    void await() throws InterruptedException {
        asked.await();
    }

    /** Stops waiting, for another reason than a signal. */
    void now() {
        asked.countDown();
    }

    /** Ends something within the drain timeout. */
    void finish(Consumer<Duration> stop) {
        stop.accept(drainTimeout);
    }

    private void received(String signal) {
        if (signals.incrementAndGet() == 1) {
            log.info(
                    "SIG{}: stopping; open streams have {} s, a second signal does not wait",
                    signal,
                    drainTimeout.toSeconds());
            asked.countDown();
        } else {
            Runtime.getRuntime().halt(ExitCode.STOPPED.value());
        }
    }
}
