package dev.culvert.plugin.dialect.culvert;

/** The life of a session, at either end. {@link #to} holds the only legal moves. */
enum Phase {
    /** The first message has not come. */
    HELLO,
    /** The other end has to say the next word of the login. */
    AUTHENTICATING,
    /** This end is making up its mind; the other waits. */
    DECIDING,
    /** Tunnels and streams may open. */
    ACTIVE,
    /** The server is going to stop: open streams finish, none start. */
    DRAINING,
    /** Nothing is heard any more; at most a last word is on its way. */
    CLOSED;

    Phase to(Phase target) {
        boolean legal = switch (this) {
            case HELLO -> target == AUTHENTICATING || target == DECIDING || target == CLOSED;
            case AUTHENTICATING -> target == DECIDING || target == CLOSED;
            case DECIDING -> target == AUTHENTICATING || target == ACTIVE || target == CLOSED;
            case ACTIVE -> target == DRAINING || target == CLOSED;
            case DRAINING -> target == CLOSED;
            case CLOSED -> false;
        };
        if (!legal) {
            throw new IllegalStateException("session: " + this + " -> " + target + " is not a legal move");
        }
        return target;
    }

    /** Whether the login is done and the session is not. */
    boolean isLoggedIn() {
        return this == ACTIVE || this == DRAINING;
    }
}
