package dev.culvert.client;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of the ways to the server the last login took, and why not another.
 *
 * @param transport the types of its layers from the wire inwards, {@code tls+websocket}; empty before the first login
 * @param server where that way leads; empty before the first login
 * @param why why it was this one; empty before the first login
 * @param since when it was chosen, or null before the first login
 * @param listed how many ways the file lists
 * @param rejected those that failed when they were last tried, in the order of the file
 */
public record TransportStatus(
        String transport,
        String server,
        String why,
        @Nullable Instant since,
        int listed,
        List<Rejected> rejected) {

    /** Whether a login has gone through. */
    public boolean chosen() {
        return since != null;
    }

    /** The rejected ones in one line; empty if there are none. */
    public String rejections() {
        return rejected.stream().map(Rejected::toString).collect(Collectors.joining("; "));
    }

    /**
     * A way that failed.
     *
     * @param transport the types of its layers
     * @param server where it leads
     * @param at when
     * @param reason the code and what happened
     */
    public record Rejected(String transport, String server, Instant at, String reason) {

        @Override
        public String toString() {
            return transport + " to " + server + ": " + reason;
        }
    }
}
