package dev.culvert.spi;

/** Why a visitor of an http tunnel got an answer that the service did not give: 6xxx. */
public enum HttpError implements ErrorCode {
    // Numbers are seen by strangers: append, never renumber or reuse. 6001 to 6030 are the protocol's.

    /** The request is malformed, or means different things to different readers. */
    BAD_REQUEST(6001, ErrorType.USER, "Correct the request: RFC 9110 and RFC 9112 say what it may contain."),

    /** No tunnel has this host and path. */
    NO_SUCH_HOST(6002, ErrorType.USER, "Check the address, or start the client of this tunnel."),

    /** The host is not the one that the connection was made for. */
    MISDIRECTED(6003, ErrorType.USER, "Connect anew for this host."),

    /** The head of the request is larger than allowed, or has more fields. */
    HEAD_TOO_LARGE(6004, ErrorType.USER, "Send fewer or shorter header fields, cookies among them."),

    /** The request's target is longer than allowed. */
    TARGET_TOO_LONG(6005, ErrorType.USER, "Shorten the address."),

    /** The visitor took too long to send its request. */
    REQUEST_TIMEOUT(6006, ErrorType.USER, "Try again over a better connection."),

    /** A method that no tunnel carries. */
    METHOD_NOT_ALLOWED(6007, ErrorType.USER, "Use another method: CONNECT and TRACE end here."),

    /** A version of HTTP that is not spoken here. */
    VERSION_NOT_SUPPORTED(6008, ErrorType.USER, "Use HTTP/1.1 or HTTP/2."),

    /** The service answered what is no answer. */
    BAD_ANSWER(6009, ErrorType.EXTERNAL, "See what the local service writes: it has to speak HTTP as local says."),

    /** The service did not begin to answer in time. */
    ANSWER_TIMEOUT(6010, ErrorType.EXTERNAL, "Check the local service, or raise response_timeout."),

    /** The service, or the way to it, went away before it answered. */
    NO_ANSWER(6011, ErrorType.EXTERNAL, "Try again; if that does not help, check the local service."),

    /** The server is stopping. */
    DRAINING(6012, ErrorType.EXTERNAL, "Try again in a moment."),

    /** The certificates of a listener cannot be used. */
    CERTIFICATE_UNUSABLE(6014, ErrorType.USER, "Correct certificate and key of the section named."),

    /** A request was held for the tunnel's client, which did not come back in time. */
    HOLD_EXPIRED(6015, ErrorType.EXTERNAL, "Start the client of this tunnel, or raise max_age of its hold."),

    /** As many requests are held for clients that are away as may be. */
    HOLD_FULL(
            6016,
            ErrorType.EXTERNAL,
            "Start the client of this tunnel, or raise max_requests or max_bytes of its hold, or the server's limits.");

    private final int number;
    private final ErrorType type;
    private final String remedy;

    HttpError(int number, ErrorType type, String remedy) {
        this.number = number;
        this.type = type;
        this.remedy = remedy;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public ErrorType type() {
        return type;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
