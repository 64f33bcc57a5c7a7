package dev.culvert.plugin.transport.noise;

/** A message that the state machine does not accept: changed, repeated, out of order, or made with other keys. */
final class NoiseException extends Exception {

    private static final long serialVersionUID = 1L;

    NoiseException(String message) {
        super(message);
    }

    NoiseException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Costs no stack trace: strangers can cause it. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
