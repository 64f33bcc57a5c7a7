package dev.culvert.server;

import dev.culvert.spi.Principal;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each client's sessions have ended, which is how often a client that is there has come back. Forgets whoever has
 * been away for longest. Thread-safe.
 */
final class Comebacks {

    private static final int MOST = 10_000;

    private final Map<Client, Integer> ended = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Client, Integer> eldest) {
            return size() > MOST;
        }
    };

    /** A session of this client has ended. */
    synchronized void left(Principal principal) {
        ended.merge(Client.of(principal), 1, Integer::sum);
    }

    /** How often sessions of this client have ended. */
    synchronized int of(Principal principal) {
        return ended.getOrDefault(Client.of(principal), 0);
    }

    private record Client(String name, String id) {

        static Client of(Principal principal) {
            return new Client(principal.name(), principal.clientId());
        }
    }
}
