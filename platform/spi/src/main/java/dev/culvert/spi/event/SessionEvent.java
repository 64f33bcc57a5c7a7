package dev.culvert.spi.event;

import dev.culvert.spi.Principal;
import dev.culvert.spi.Role;
import java.time.Duration;

/**
 * Something about a session.
 *
 * @param role which end tells
 * @param session the session's id
 * @param principal who it belongs to; on a client, who the server takes it for, or itself where the dialect does not say
 * @param peer the other end's address
 * @param listener the server's {@code [[listen]]} section it came through; empty on a client
 * @param uptime how long it has been active
 * @param reason why it ended, with its code; empty while it has not, or when it ended normally
 */
public record SessionEvent(
        Role role, String session, Principal principal, String peer, String listener, Duration uptime, String reason) {}
