package dev.culvert.plugin.yamux;

import java.util.LinkedHashSet;

/**
 * Knows which stream ids the peer has used up. Ids count upwards by two, but a peer that opens streams from several
 * threads may send them slightly out of order, so the ones it skipped stay good for a while.
 */
final class PeerStreamIds {

    /** More than the streams that a peer may have opened without an answer. */
    private static final int MAX_SKIPPED = 512;

    private final int parity;
    private final LinkedHashSet<Long> skipped = new LinkedHashSet<>();
    private long next;

    /**
     * Expects a peer's ids.
     *
     * @param odd whether they are odd, as a client's are
     */
    PeerStreamIds(boolean odd) {
        parity = odd ? 1 : 0;
        next = odd ? 1 : 2;
    }

    boolean isPeers(int id) {
        return id != 0 && (id & 1) == parity;
    }

    /** Takes an id; says whether it is a new one. */
    boolean use(int id) {
        long number = Integer.toUnsignedLong(id);
        if (number < next) {
            return skipped.remove(number);
        }
        for (long i = Math.max(next, number - 2L * MAX_SKIPPED); i < number; i += 2) {
            skipped.add(i);
        }
        for (var eldest = skipped.iterator(); skipped.size() > MAX_SKIPPED; ) {
            eldest.next();
            eldest.remove();
        }
        next = number + 2;
        return true;
    }
}
