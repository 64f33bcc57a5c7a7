package dev.culvert.plugin.transport.noise;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Has the JVM compile what seals and opens before traffic needs it. It takes notice of calls, not of bytes: interpreted, a
 * message of 64 KiB takes the JDK 17 some five milliseconds, and thousands of them would pass before that ends.
 */
final class WarmUp {

    private static final int MESSAGES = 20_000;
    private static final int BYTES = 1024;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final Set<NoiseCipher> BEGUN = EnumSet.noneOf(NoiseCipher.class);

    private WarmUp() {}

    /** Once for each cipher of a process, beside everything else. */
    static void begin(NoiseCipher kind, Executor executor) {
        synchronized (BEGUN) {
            if (!BEGUN.add(kind)) {
                return;
            }
        }
        try {
            executor.execute(() -> run(kind));
        } catch (RejectedExecutionException e) {
            // Only slower at first.
        }
    }

    private static void run(NoiseCipher kind) {
        CipherState seals = keyed(kind);
        CipherState opens = keyed(kind);
        byte[] plain = new byte[BYTES];
        byte[] sealed = new byte[BYTES + CipherState.TAG_BYTES];
        byte[] none = {};
        long end = System.nanoTime() + LONGEST_NANOS;
        try {
            for (int i = 0; i < MESSAGES && System.nanoTime() < end; i++) {
                int length = seals.seal(none, plain, 0, plain.length, sealed, 0);
                opens.open(none, sealed, 0, length, plain, 0);
            }
        } catch (NoiseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CipherState keyed(NoiseCipher kind) {
        CipherState state = new CipherState(kind);
        state.initializeKey(new byte[CipherState.KEY_BYTES]); // protects nothing
        return state;
    }
}
