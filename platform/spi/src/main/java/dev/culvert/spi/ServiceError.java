package dev.culvert.spi;

/** Why the client could not reach the local service: 5xxx. */
public enum ServiceError implements ErrorCode {
    // Numbers are on the wire: append, never renumber or reuse.

    /** Nothing listens at the local address. */
    REFUSED(5001, ErrorType.USER, "Start the local service, or correct local in the client file."),

    /** The local service did not accept in time. */
    TIMEOUT(5002, ErrorType.USER, "Check the local service and the firewall of its machine."),

    /** The name of the local service does not resolve. */
    UNKNOWN_HOST(5003, ErrorType.USER, "Correct local in the client file."),

    /** The local service could not be reached. */
    FAILED(5004, ErrorType.USER, "Check the local service."),

    /** The server asked for a service that the client file does not list. */
    NOT_LISTED(5005, ErrorType.EXTERNAL, "Nothing: the client refused it."),

    /** One side had ended and the other was silent too long. */
    HALF_CLOSE_TIMEOUT(5006, ErrorType.EXTERNAL, "Raise half_close_timeout if the service may be silent that long."),

    /** The health check of the local service fails. */
    UNHEALTHY(5007, ErrorType.USER, "Mend the local service, or correct health_check in the client file."),

    /** The certificate of the local service cannot be trusted. */
    CERTIFICATE_REFUSED(
            5008,
            ErrorType.USER,
            "Set ca, pin or server_name in the tunnel's section, or give the service another certificate."),

    /** A visitor of a proxy asked for what the client file does not list. */
    DESTINATION_NOT_LISTED(
            5009,
            ErrorType.EXTERNAL,
            "Nothing, if that was intended; else list it in destinations in the client file."),

    /** A visitor of a proxy did not say where to in the way that the proxy is spoken to. */
    HANDSHAKE_FAILED(5010, ErrorType.EXTERNAL, "Nothing: the visitor has to speak to the proxy that local names."),

    /** A visitor of a proxy did not give the name and the password that it wants. */
    CREDENTIAL_REFUSED(
            5011, ErrorType.EXTERNAL, "Nothing, or give the visitor username and password of the tunnel's section.");

    private final int number;
    private final ErrorType type;
    private final String remedy;

    ServiceError(int number, ErrorType type, String remedy) {
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
