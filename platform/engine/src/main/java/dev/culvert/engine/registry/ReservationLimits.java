package dev.culvert.engine.registry;

import java.time.Duration;

/**
 * How long and how many endpoints are kept for owners that are away.
 *
 * @param duration how long each
 * @param total how many on the whole server
 * @param perAccount how many for one account
 */
public record ReservationLimits(Duration duration, int total, int perAccount) {

    /** A day, 10,000 endpoints, 1,000 of them for one account. */
    public static final ReservationLimits DEFAULT = new ReservationLimits(Duration.ofHours(24), 10_000, 1_000);

    /** Checks the limits. */
    public ReservationLimits {
        if (duration.isNegative() || total < 0 || perAccount < 0) {
            throw new IllegalArgumentException("reservations: " + duration + ", " + total + ", " + perAccount
                    + " (expected: none of them negative)");
        }
    }
}
