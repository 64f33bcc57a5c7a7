package dev.culvert.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One of a client's sessions.
 *
 * @param id the server's id for it
 * @param server the address that it leads to
 * @param home the server that it is a session of; another address than that is one of a transport's own
 * @param account whose it is, as the server says
 * @param transport the transport it goes through
 * @param since when it began
 * @param uptimeSeconds how long that is
 * @param streams how many streams are open
 * @param lastHeartbeat when the server gave its last sign of life, or null before the first
 * @param roundTripMs how long it took, or null before the first
 */
public record SessionStatus(
        String id,
        String server,
        String home,
        String account,
        String transport,
        Instant since,
        long uptimeSeconds,
        int streams,
        @Nullable Instant lastHeartbeat,
        @Nullable Double roundTripMs) {}
