package dev.culvert.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes log lines from a thread of its own, many at a time.
 *
 * <p>A busy server logs two lines for each connection. To wake a thread for each of them, and to write each by itself,
 * costs more than to make it: the first line after a pause is written at once, those that follow in the next
 * hundredth of a second together. Lines are dropped rather than let an event loop wait for a terminal that does not read.
 */
final class BatchAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private static final int QUEUE = 16_384;
    private static final int BATCH = 512;
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Encoder<ILoggingEvent> encoder;
    private final OutputStream out;
    private final Thread writer = new Thread(this::write, "culvert-log");
    private volatile boolean idle;
    private volatile boolean ending;

    /**
     * Makes one that is not started.
     *
     * @param encoder makes lines of events
     * @param out where they go; never closed
     */
    BatchAppender(Encoder<ILoggingEvent> encoder, OutputStream out) {
        this.encoder = encoder;
        this.out = out;
        writer.setDaemon(true);
    }

    @Override
    public void start() {
        super.start();
        writer.start();
    }

    /** Writes what is queued, for at most a second. */
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        super.stop();
        ending = true;
        LockSupport.unpark(writer);
        try {
            writer.join(LAST_WORDS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        if (queue.offer(event) && idle) {
            LockSupport.unpark(writer);
        }
    }

    private void write() {
        List<ILoggingEvent> batch = new ArrayList<>(BATCH);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        while (true) {
            boolean last = ending; // read first: what is queued after it was set is nobody's promise
            for (int taken = queue.drainTo(batch, BATCH); taken > 0; taken = queue.drainTo(batch, BATCH)) {
                write(batch, lines);
                if (taken < BATCH && !last) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
            if (last) {
                return;
            }
            idle = true;
            if (queue.isEmpty() && !ending) {
                LockSupport.park(this);
            }
            idle = false;
        }
    }

    private void write(List<ILoggingEvent> batch, ByteArrayOutputStream lines) {
        try {
            for (ILoggingEvent event : batch) {
                lines.writeBytes(encoder.encode(event));
            }
            lines.writeTo(out);
            out.flush();
        } catch (Exception e) {
            addError("log lines were not written", e);
        } finally {
            batch.clear();
            lines.reset();
        }
    }
}
