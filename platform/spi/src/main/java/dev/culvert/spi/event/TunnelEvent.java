package dev.culvert.spi.event;

/**
 * Something about a tunnel.
 *
 * @param session through which session
 * @param name the tunnel's name
 * @param type its protocol
 * @param endpoint where it is public; empty if a dialect does not say
 * @param reason why it closed, with its code; empty while it has not, or when that was wished for
 */
public record TunnelEvent(SessionEvent session, String name, String type, String endpoint, String reason) {}
