package dev.culvert.spi.http;

import dev.culvert.spi.ErrorCode;
import dev.culvert.spi.ErrorType;

/** Why a filter is not there, or has stopped a request: 6031 to 6060. */
public enum FilterError implements ErrorCode {
    // Numbers are on the wire: append, never renumber or reuse.

    /** The server does not let clients use this filter, or this way of using it. */
    FILTER_NOT_PERMITTED(
            6031, ErrorType.USER, "Remove it from the tunnel, or ask the operator to have it in the server's file."),

    /** A filter threw something. */
    FILTER_FAILED(6032, ErrorType.INTERNAL, "Report this with the server's log to the author of the filter's plugin."),

    /** A filter took too long to decide. */
    FILTER_TIMEOUT(6033, ErrorType.EXTERNAL, "See the server's log for what the filter waits for."),

    /** No user and password, or wrong ones. */
    PASSWORD_REJECTED(6034, ErrorType.EXTERNAL, "Send a user and password that the filter basic-auth knows."),

    /** No bearer token, or one that is not good. */
    BEARER_REJECTED(6035, ErrorType.EXTERNAL, "Send a token of the issuer that the filter jwt names."),

    /** The token is good, and not for this. */
    SCOPE_MISSING(6036, ErrorType.EXTERNAL, "Ask the issuer for a token with the claims that the filter jwt names."),

    /** A source has failed too often. */
    TOO_MANY_FAILURES(6037, ErrorType.EXTERNAL, "Wait as long as Retry-After says."),

    /** The keys that tokens are checked with are not to be had. */
    KEYS_UNAVAILABLE(6038, ErrorType.EXTERNAL, "Check that the server can reach jwks_url of the filter jwt."),

    /** The visitor's address may not come here. */
    SOURCE_NOT_PERMITTED(6039, ErrorType.EXTERNAL, "Nothing, if that was intended; else see the filter ip."),

    /** A page of another site asks, and may not. */
    ORIGIN_NOT_PERMITTED(
            6040,
            ErrorType.EXTERNAL,
            "Nothing, if that was intended; else add the origin to the filter cors or origin."),

    /** Too many requests in too short a time. */
    RATE_EXCEEDED(6041, ErrorType.EXTERNAL, "Ask less often; Retry-After says when the next one gets through."),

    /** Too many requests at once. */
    CONCURRENCY_EXCEEDED(6042, ErrorType.EXTERNAL, "Wait for earlier requests to end."),

    /** Too many headers, or too long ones. */
    HEADERS_TOO_LARGE(6043, ErrorType.EXTERNAL, "Send fewer or shorter headers; cookies are what grows most often."),

    /** The request's body is longer than allowed. */
    REQUEST_TOO_LARGE(6044, ErrorType.EXTERNAL, "Send less, or raise request_body of the filter size."),

    /** The answer's body is longer than allowed. */
    RESPONSE_TOO_LARGE(6045, ErrorType.EXTERNAL, "Ask for less, or raise response_body of the filter size."),

    /** The visitor sends its request too slowly. */
    REQUEST_STALLED(
            6046, ErrorType.EXTERNAL, "Send the body without long pauses, or raise read of the filter timeout."),

    /** The service has not begun to answer. */
    SERVICE_SLOW(6047, ErrorType.EXTERNAL, "Check the local service, or raise response of the filter timeout."),

    /** Nothing moved for too long. */
    EXCHANGE_IDLE(
            6048, ErrorType.EXTERNAL, "Check the local service and the visitor, or raise idle of the filter timeout."),

    /** The whole exchange took too long. */
    EXCHANGE_TIMEOUT(6049, ErrorType.EXTERNAL, "Check the local service, or raise total of the filter timeout."),

    /** The service has failed too often, and is left alone for a while. */
    CIRCUIT_OPEN(6050, ErrorType.EXTERNAL, "Wait as long as Retry-After says; the local service needs attention."),

    /** The answer has begun, and pauses for too long. */
    ANSWER_STALLED(
            6051, ErrorType.EXTERNAL, "Check the local service and the visitor, or raise write of the filter timeout.");

    private final int number;
    private final ErrorType type;
    private final String remedy;

    FilterError(int number, ErrorType type, String remedy) {
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
