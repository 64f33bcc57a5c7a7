package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.dialect.TunnelRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tunnels that one session asked for last and did not get, by name; the oldest goes when there are many. Thread-safe. */
final class Refusals {

    private static final int MOST = 100;

    private final Map<String, Refusal> refusals = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refusal> eldest) {
            return size() > MOST;
        }
    };

    synchronized void add(TunnelRequest request, CulvertException cause) {
        refusals.put(
                request.name(), new Refusal(request.name(), request.type(), request.local(), cause, Instant.now()));
    }

    /** It has been opened, or is wanted no more. */
    synchronized void remove(String name) {
        refusals.remove(name);
    }

    synchronized List<Refusal> all() {
        return List.copyOf(refusals.values());
    }

    record Refusal(String name, String type, String local, CulvertException cause, Instant at) {}
}
