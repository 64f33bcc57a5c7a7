package dev.culvert.cli;

import dev.culvert.spi.CulvertException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is said while there is no session: each reason once, with its remedy, and then a short line at moments that lie ever
 * further apart, up to an hour. An outage of a night is a page, not a million lines. Thread-safe.
 */
final class Outage {

    private static final long FIRST_REMINDER_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long LONGEST_SILENCE_NANOS = Duration.ofHours(1).toNanos();

    private final LongSupplier nanoClock;
    private final Set<String> told = new HashSet<>();
    private boolean lasts;
    private long sinceNanos;
    private long attempts;
    private long silenceNanos;
    private long nextReminderNanos;

    Outage(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** There is a session. */
    synchronized void over() {
        lasts = false;
        told.clear();
    }

    /**
     * An attempt has failed, or a session was lost.
     *
     * @param cause why
     * @param pause until the next attempt
     * @return what to say; null if enough has been said
     */
    synchronized @Nullable String line(CulvertException cause, Duration pause) {
        long now = nanoClock.getAsLong();
        if (!lasts) {
            lasts = true;
            sinceNanos = now;
            attempts = 0;
            silenceNanos = FIRST_REMINDER_NANOS;
            nextReminderNanos = now + silenceNanos;
        }
        attempts++;
        String next = " Next attempt in " + pause.toMillis() + " ms.";
        if (told.add(cause.code().code())) {
            return cause.getMessage() + next;
        }
        if (now - nextReminderNanos < 0) {
            return null;
        }
        silenceNanos = Math.min(2 * silenceNanos, LONGEST_SILENCE_NANOS);
        nextReminderNanos = now + silenceNanos;
        return "no session for " + Duration.ofNanos(now - sinceNanos).toSeconds() + " s, " + attempts
                + " attempts, the last: " + cause.code().code() + "." + next;
    }
}
