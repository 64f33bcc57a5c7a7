package dev.culvert.spi.event;

/**
 * Is told what happens. Called on the loop where it happens: must not block. What it throws is logged and harms nothing.
 */
public interface SessionListener extends AutoCloseable {

    /** A session is active. */
    default void connected(SessionEvent session) {}

    /** A session has ended; its uptime and reason are set. */
    default void disconnected(SessionEvent session) {}

    /** A tunnel is public. */
    default void tunnelOpened(TunnelEvent tunnel) {}

    /** A tunnel is no longer public; its reason is set. */
    default void tunnelClosed(TunnelEvent tunnel) {}

    /** A visitor's connection has begun; its byte counts are zero. */
    default void visitorOpened(VisitorEvent visitor) {}

    /** A visitor's connection has ended; its byte counts and reason are set. */
    default void visitorClosed(VisitorEvent visitor) {}

    /** A visitor got nothing: no client, no service, a limit; the reason is set. */
    default void visitorRefused(VisitorEvent visitor) {}

    /** Datagrams have come and gone, or were dropped; what has come together since the last time. */
    default void datagrams(DatagramEvent datagrams) {}

    /** A request has ended; for protocols that tell requests apart. */
    default void requestEnded(RequestEvent request) {}

    /** Frees what it holds. */
    @Override
    default void close() {}
}
