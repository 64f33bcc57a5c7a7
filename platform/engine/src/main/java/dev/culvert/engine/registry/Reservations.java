package dev.culvert.engine.registry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Endpoints that are kept for their account though nobody holds them, for a time and up to a number: the oldest go first,
 * those of an account that has too many before those of others. Guarded by its registry's lock.
 */
final class Reservations {

    private final ReservationLimits limits;
    private final Consumer<String> lapsed;
    // In the order of their ends, since all last equally long.
    private final Map<String, Reservation> byKey = new LinkedHashMap<>();
    private final Map<String, Set<String>> byAccount = new HashMap<>();

    Reservations(ReservationLimits limits, Consumer<String> lapsed) {
        this.limits = limits;
        this.lapsed = lapsed;
    }

    void add(String key, String account, long now) {
        if (limits.total() == 0 || limits.perAccount() == 0 || limits.duration().isZero()) {
            lapsed.accept(key);
            return;
        }
        Set<String> own = byAccount.getOrDefault(account, Set.of());
        if (own.size() >= limits.perAccount()) {
            lapse(own.iterator().next());
        } else if (byKey.size() >= limits.total()) {
            lapse(byKey.keySet().iterator().next());
        }
        byKey.put(key, new Reservation(account, now + limits.duration().toNanos()));
        byAccount.computeIfAbsent(account, any -> new LinkedHashSet<>()).add(key);
    }

    void remove(String key) {
        Reservation gone = byKey.remove(key);
        if (gone != null) {
            byAccount.computeIfPresent(gone.account, (account, keys) -> {
                keys.remove(key);
                return keys.isEmpty() ? null : keys;
            });
        }
    }

    /** Ends those whose time is over. */
    void expire(long now) {
        while (!byKey.isEmpty()) {
            Map.Entry<String, Reservation> oldest = byKey.entrySet().iterator().next();
            if (oldest.getValue().end - now > 0) {
                return;
            }
            lapse(oldest.getKey());
        }
    }

    private void lapse(String key) {
        remove(key);
        lapsed.accept(key);
    }

    private record Reservation(String account, long end) {}
}
