package dev.culvert.engine.telemetry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has gone through.
 *
 * @param created since when it is counted
 * @param lastActive when something happened last, or null if nothing has
 * @param bytesIn bytes from visitors
 * @param bytesOut bytes to visitors
 * @param streams streams that are open
 * @param requests streams that were asked for, refused ones included
 * @param errors those that were refused or ended badly
 */
public record TrafficStatus(
        Instant created,
        @Nullable Instant lastActive,
        long bytesIn,
        long bytesOut,
        int streams,
        long requests,
        long errors) {}
