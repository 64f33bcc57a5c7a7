package dev.culvert.engine.telemetry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has gone through.
 *
 * @param created since when it is counted
 * @param lastActive when something happened last, or null if nothing has
 * @param bytesIn bytes from visitors; of http requests their bodies, when they have ended
 * @param bytesOut bytes to visitors; of http requests the bodies of the answers, when they have ended
 * @param streams streams that are open for a visitor: connections, flows of udp, http requests that are under way
 * @param requests connections, flows and http requests, refused ones included
 * @param errors those of them that were refused, ended badly, or were answered by a status from 500 on
 */
public record TrafficStatus(
        Instant created,
        @Nullable Instant lastActive,
        long bytesIn,
        long bytesOut,
        int streams,
        long requests,
        long errors) {

    /**
     * Nothing, of what cannot have traffic yet.
     *
     * @param since since when that is so
     */
    public static TrafficStatus none(Instant since) {
        return new TrafficStatus(since, null, 0, 0, 0, 0, 0);
    }
}
