package dev.culvert.plugin.protocol.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Lets those who keep their connections ask once more before the server stops: a request that is on its way is answered, with
 * the word that it was the last, and who asks nothing is told by the end of the connection. Thread-safe.
 */
final class Departure {

    /** How long they have. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Set<Connection> there = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> empty = new CompletableFuture<>();
    private volatile boolean begun;

    /** Somebody who may ask for several things. */
    interface Connection {

        /** It is to ask once more within {@link #PATIENCE}, or never. From any thread. */
        void leave();
    }

    /** Whether nobody may ask for long any more. */
    boolean hasBegun() {
        return begun;
    }

    void add(Connection connection) {
        there.add(connection);
        if (begun) {
            connection.leave();
        }
    }

    void remove(Connection connection) {
        there.remove(connection);
        if (begun && there.isEmpty()) {
            empty.complete(null);
        }
    }

    /** Has everybody leave; completes when they have, or a little later than they should have. */
    CompletionStage<Void> begin() {
        begun = true;
        there.forEach(Connection::leave);
        if (there.isEmpty()) {
            empty.complete(null);
        }
        return empty.completeOnTimeout(null, PATIENCE.toMillis() * 3 / 2, TimeUnit.MILLISECONDS);
    }
}
