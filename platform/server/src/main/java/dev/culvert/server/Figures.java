package dev.culvert.server;

import dev.culvert.engine.telemetry.Traffic;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What has gone through since the server started, in all and by the listeners of its file. Thread-safe. */
final class Figures {

    private final Traffic total = new Traffic();
    private final Map<String, Traffic> listeners = new ConcurrentHashMap<>();

    /** Of all visitors, those included that no session was there for. */
    Traffic total() {
        return total;
    }

    /** By the sessions that came through a {@code [[listen]]} section. */
    Traffic of(String listener) {
        return listeners.computeIfAbsent(listener, name -> new Traffic());
    }
}
