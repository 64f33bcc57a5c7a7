package dev.culvert.spi.event;

import dev.culvert.spi.Role;
import java.time.Duration;

/**
 * Something about a visitor's connection.
 *
 * @param role which end tells
 * @param tunnel the tunnel's name
 * @param account whose it is
 * @param visitor the visitor's address
 * @param endpoint the public address; on a client, the local one
 * @param bytesIn bytes from the visitor
 * @param bytesOut bytes to the visitor
 * @param duration how long it lasted
 * @param reason how it ended: {@code closed}, or a code and a cause
 */
public record VisitorEvent(
        Role role,
        String tunnel,
        String account,
        String visitor,
        String endpoint,
        long bytesIn,
        long bytesOut,
        Duration duration,
        String reason) {}
