package dev.culvert.plugin.transport.noise;

import java.util.concurrent.TimeUnit;

/**
 * How long a key is used to send with.
 *
 * @param renews whether an empty message announces the next key; otherwise the connection ends with the key
 * @param messages how many messages a key seals
 * @param nanos how long it is used, where it is renewed
 */
record Rekeying(boolean renews, long messages, long nanos) {

    private static final long MESSAGES = 1L << 20;
    private static final long NANOS = TimeUnit.HOURS.toNanos(1);

    static final Rekeying ON = new Rekeying(true, MESSAGES, NANOS);
    static final Rekeying OFF = new Rekeying(false, MESSAGES, NANOS);
}
