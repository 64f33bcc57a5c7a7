package dev.culvert.server;

import dev.culvert.spi.CulvertException;
import dev.culvert.spi.TunnelError;
import dev.culvert.spi.protocol.StreamOrigin;
import dev.culvert.spi.registry.Candidate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the sessions behind an endpoint will do.
 *
 * @param listener by which they should have come; null if that does not matter
 * @param only whether no others will do
 */
record SessionChoice(@Nullable String listener, boolean only) {

    /** All will do. */
    static final SessionChoice ANY = new SessionChoice(null, false);

    /** Those that will do, in the same order. */
    List<Candidate> among(List<Candidate> found) {
        return only ? found.stream().filter(this::isMeant).toList() : found;
    }

    /** The same, those first that came by the listener and take this visitor. */
    List<Candidate> firstOf(List<Candidate> order, StreamOrigin origin) {
        if (listener == null || only || order.size() < 2) {
            return order;
        }
        List<Candidate> sorted = new ArrayList<>(order.size());
        order.stream().filter(one -> isFirst(one, origin)).forEach(sorted::add);
        order.stream().filter(one -> !isFirst(one, origin)).forEach(sorted::add);
        return sorted;
    }

    /** Whether a stream through one session need not go through another instead. */
    boolean isAsGood(Candidate one, Candidate other) {
        return listener == null || isMeant(one) || !isMeant(other);
    }

    /** Why there is none: others are there. */
    CulvertException unmet(String tunnel) {
        return new CulvertException(
                TunnelError.NOT_BY_LISTENER,
                "tunnel \"" + tunnel + "\": no session of its client came by listen \"" + listener + "\".");
    }

    private boolean isFirst(Candidate one, StreamOrigin origin) {
        return isMeant(one) && one.isFit(origin);
    }

    private boolean isMeant(Candidate one) {
        return one.listener().equals(listener);
    }
}
