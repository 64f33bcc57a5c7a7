package dev.culvert.plugin.protocol.http;

import static java.util.Objects.requireNonNullElse;

import dev.culvert.spi.DataSize;
import dev.culvert.spi.Durations;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/**
 * What a visitor may cost: {@code [protocol.limits]}.
 *
 * @param maxHead how large the head of a request may be, request line and header fields together; default 32 KiB
 * @param maxFields how many header fields it may have; default 100
 * @param maxTarget how long its target may be; default 8 KiB
 * @param maxStreams how many requests one HTTP/2 connection may have open; default 100
 * @param maxInterim how many interim answers (1xx) a service may give to one request; default 16
 * @param maxPooled how many idle streams are kept for one tunnel; default 64
 * @param maxConnectionsPerSource how many connections one address (of IPv6: one /64) may have; one more is reset; default
 *     16,384
 * @param headTimeout how long a visitor may take to send the head of a request; default 10 s
 * @param keepAlive how long a visitor's connection may be idle between requests; default 75 s
 * @param idleTimeout how long a request may be open without a byte in either direction; default 5 min
 * @param maxResponseTimeout a tunnel's {@code response_timeout} counts up to this; default 1 h
 * @param pooledFor how long an idle stream to a service is kept: less than services keep idle connections; default 4 s
 * @param maxHeld how many requests may wait for clients that are away, of all tunnels whose {@code hold} wants that; default 1000
 * @param maxHeldBytes how much of them is held together; default 16 MiB
 * @param maxHoldAge a tunnel's {@code max_age} counts up to this; default 60 s
 */
public record Limits(
        DataSize maxHead,
        @Min(1) @Max(10_000) Integer maxFields,
        DataSize maxTarget,
        @Min(1) @Max(10_000) Integer maxStreams,
        @Min(0) @Max(1000) Integer maxInterim,
        @Min(0) @Max(10_000) Integer maxPooled,
        @Min(1) Integer maxConnectionsPerSource,
        Duration headTimeout,
        Duration keepAlive,
        Duration idleTimeout,
        Duration maxResponseTimeout,
        Duration pooledFor,
        @Min(0) @Max(1_000_000) Integer maxHeld,
        DataSize maxHeldBytes,
        Duration maxHoldAge) {

    private static final DataSize LARGEST = DataSize.ofMebibytes(1);

    /** What counts where the file says nothing. */
    @SuppressWarnings("NullAway") // what is absent in a file is null
    public static final Limits DEFAULTS =
            new Limits(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** Fills in the defaults; refuses what leaves no room for a request. */
    public Limits {
        maxHead = size("max_head", requireNonNullElse(maxHead, DataSize.ofKibibytes(32)));
        maxTarget = size("max_target", requireNonNullElse(maxTarget, DataSize.ofKibibytes(8)));
        maxFields = requireNonNullElse(maxFields, 100);
        maxStreams = requireNonNullElse(maxStreams, 100);
        maxInterim = requireNonNullElse(maxInterim, 16);
        maxPooled = requireNonNullElse(maxPooled, 64);
        maxConnectionsPerSource = requireNonNullElse(maxConnectionsPerSource, 16_384);
        headTimeout = Durations.positive("head_timeout", requireNonNullElse(headTimeout, Duration.ofSeconds(10)));
        keepAlive = Durations.positive("keep_alive", requireNonNullElse(keepAlive, Duration.ofSeconds(75)));
        idleTimeout = Durations.positive("idle_timeout", requireNonNullElse(idleTimeout, Duration.ofMinutes(5)));
        maxResponseTimeout =
                Durations.positive("max_response_timeout", requireNonNullElse(maxResponseTimeout, Duration.ofHours(1)));
        pooledFor = Durations.positive("pooled_for", requireNonNullElse(pooledFor, Duration.ofSeconds(4)));
        maxHeld = requireNonNullElse(maxHeld, 1000);
        maxHeldBytes = requireNonNullElse(maxHeldBytes, DataSize.ofMebibytes(16));
        maxHoldAge = Durations.positive("max_hold_age", requireNonNullElse(maxHoldAge, Duration.ofSeconds(60)));
    }

    private static DataSize size(String key, DataSize value) {
        if (value.bytes() < 256 || value.compareTo(LARGEST) > 0) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: 256B to " + LARGEST + ")");
        }
        return value;
    }
}
