package dev.culvert.engine.bridge;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** How fast bytes may go by. Thread-safe. */
public interface Rate {

    /**
     * Takes bytes that have been read.
     *
     * @param bytes how many
     * @return for how many nanoseconds to read no more; 0 to go on
     */
    long take(int bytes);

    /**
     * Takes bytes if they have been earned, for what cannot wait.
     *
     * @param bytes how many
     * @return whether they were taken
     */
    boolean offer(int bytes);

    /** Whether {@link #offer} would take bytes now: nothing is owed. */
    boolean isFree();

    /**
     * Nothing was read, or written, for a while because of what {@link #take} said.
     *
     * @param nanos for how long
     */
    default void held(long nanos) {}

    /**
     * A limit that also says for how long it held back.
     *
     * @param limit null for none
     * @param held is told nanoseconds, on any thread
     */
    static @Nullable Rate noting(@Nullable Rate limit, LongConsumer held) {
        return limit == null ? null : new NotedRate(limit, held);
    }

    /**
     * Both of two limits, or the one that there is.
     *
     * @param first one limit, or null for none
     * @param second another one, or null for none
     */
    static @Nullable Rate both(@Nullable Rate first, @Nullable Rate second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        return new Rate() {
            @Override
            public long take(int bytes) {
                return Math.max(first.take(bytes), second.take(bytes));
            }

            @Override
            public boolean offer(int bytes) {
                // Looked at first: what the second refuses must not use up the first.
                return second.isFree() && first.offer(bytes) && second.offer(bytes);
            }

            @Override
            public boolean isFree() {
                return first.isFree() && second.isFree();
            }

            @Override
            public void held(long nanos) {
                first.held(nanos);
                second.held(nanos);
            }
        };
    }
}
