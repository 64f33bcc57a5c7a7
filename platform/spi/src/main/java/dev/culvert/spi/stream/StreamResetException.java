package dev.culvert.spi.stream;

import java.io.IOException;

/**
 * The other end aborted a stream: what arrived before may be incomplete. Reaches handlers through
 * {@code exceptionCaught}, before {@code channelInactive}, so that an abort is never taken for an end.
 */
public final class StreamResetException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what is known about it
     */
    public StreamResetException(String message) {
        super(message);
    }

    /** Costs no stack trace: it describes the other end, not this one. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
