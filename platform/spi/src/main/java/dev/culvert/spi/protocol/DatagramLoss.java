package dev.culvert.spi.protocol;

/** Why a datagram was dropped. The names, in lower case, are labels of metrics: append, never rename. */
public enum DatagramLoss {
    /** The session, or the socket behind, has no room for it now. */
    FULL,

    /** The bandwidth that the tunnel or its account may use is used up. */
    RATE,

    /** The service would have answered its visitor at greater length than the tunnel allows. */
    AMPLIFICATION,

    /** No client was there, or it was lost on the way. */
    NO_CLIENT,

    /** The tunnel has as many flows as it may. */
    FLOWS,

    /** Its source has as many flows as it may. */
    SOURCE,

    /** The tunnel is not for its visitor. */
    NOT_PERMITTED,

    /** The service is not there. */
    SERVICE,

    /** Its flow has ended. */
    ENDED
}
