package dev.culvert.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which tunnels are paused at this end, by account and name: a client that comes back finds its tunnel paused. Lasts as
 * long as the process. Thread-safe.
 */
final class Pauses {

    private final Set<Name> paused = ConcurrentHashMap.newKeySet();

    void set(String account, String tunnel, boolean now) {
        if (now) {
            paused.add(new Name(account, tunnel));
        } else {
            paused.remove(new Name(account, tunnel));
        }
    }

    boolean contains(String account, String tunnel) {
        return !paused.isEmpty() && paused.contains(new Name(account, tunnel));
    }

    private record Name(String account, String tunnel) {}
}
