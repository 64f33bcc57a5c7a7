package dev.culvert.spi;

import java.time.Duration;

/** Checks durations of a file: Bean Validation has no constraint for them. */
public final class Durations {

    private Durations() {}

    /**
     * Refuses a duration below a millisecond.
     *
     * @param key what it is called in the file, for the message
     * @param value what the file says
     * @return the same
     * @throws IllegalArgumentException if it is less
     */
    public static Duration positive(String key, Duration value) {
        if (value.toMillis() <= 0) {
            throw new IllegalArgumentException(key + ": " + value.toMillis() + "ms (expected: at least 1ms)");
        }
        return value;
    }
}
