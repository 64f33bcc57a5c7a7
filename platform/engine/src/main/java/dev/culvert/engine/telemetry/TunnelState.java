package dev.culvert.engine.telemetry;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a tunnel is, as {@code culvert status} says. */
public enum TunnelState {
    /** Nobody has opened it yet, or its session was lost. */
    CONNECTING,
    /** Its endpoint is public; nothing has come through yet. */
    REGISTERED,
    /** A stream has come the whole way to the service; where streams do not show that, a visitor was answered. */
    READY,
    /** Its endpoint is public, and the last stream or visitor did not reach the service; the reason says why. */
    DEGRADED,
    /** The server does not open it; the reason says why. */
    REFUSED,
    /** Open streams may finish, none start. */
    DRAINING,
    /** Its endpoint is kept, and visitors are refused. */
    PAUSED;

    /** As people see it. */
    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
