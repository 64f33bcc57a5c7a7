package dev.culvert.spi;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A failure that a person can act on.
 *
 * <p>{@link #getMessage()} reads {@code CLV-2001: the client's token is not this server's. Check that …}: code, what
 * happened, what to do. The detail must not contain any part of a credential.
 */
public final class CulvertException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ErrorCode code;
    private final String detail;

    /**
     * Makes a failure.
     *
     * @param code what kind of failure
     * @param detail what happened, as a sentence, with the value and the expectation
     */
    public CulvertException(ErrorCode code, String detail) {
        this(code, detail, null);
    }

    /**
     * Makes a failure that has a cause.
     *
     * @param code what kind of failure
     * @param detail what happened, as a sentence, with the value and the expectation
     * @param cause what led to it, for the log at DEBUG
     */
    public CulvertException(ErrorCode code, String detail, @Nullable Throwable cause) {
        super(requireNonNull(code, "code").code() + ": " + detail + " " + code.remedy(), cause);
        this.code = code;
        this.detail = detail;
    }

    /**
     * The failure itself if a person can act on it, or one that says what failed.
     *
     * @param failure what a future or a handler came to know
     * @param otherwise which kind of failure any other is
     * @param what what failed, without a full stop: {@code the stream failed}
     */
    public static CulvertException of(Throwable failure, ErrorCode otherwise, String what) {
        return failure instanceof CulvertException known
                ? known
                : new CulvertException(otherwise, what + ": " + failure + ".", failure);
    }

    /** Code and what happened, for where what to do is not asked: the reason in a status, an event or a line of the log. */
    public String reason() {
        return code.code() + ": " + detail;
    }

    /** Code, what happened, what to do. */
    @Override
    public String getMessage() {
        return requireNonNull(super.getMessage(), "message");
    }

    /** What kind of failure. */
    public ErrorCode code() {
        return code;
    }

    /** What happened, without the code and the remedy. */
    public String detail() {
        return detail;
    }
}
