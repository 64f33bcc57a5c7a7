package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * Where a private service is, as {@code local} in a client's file says: {@code 127.0.0.1:3000}, a bare port, or
 * {@code unix:/run/app.sock}.
 */
public sealed interface ServiceAddress permits HostPort, UnixPath {

    /**
     * Reads what a file says.
     *
     * @param value a number or a string
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static ServiceAddress parse(Object value) {
        return UnixPath.isUnixPath(value) ? UnixPath.parse(value) : HostPort.parse(value);
    }

    /** As people read it. */
    String shown();

    /** Whether it names one service: a port of 0 does not. */
    boolean isComplete();
}
