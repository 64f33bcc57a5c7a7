package dev.culvert.spi;

/** Why a tunnel is not open: 3xxx. */
public enum TunnelError implements ErrorCode {
    // Numbers are on the wire: append, never renumber or reuse.

    /** The server does not offer this type of tunnel. */
    NO_SUCH_PROTOCOL(3001, ErrorType.USER, "Choose one of the types listed, or load its plugin on the server."),

    /** The server does not accept a value of the tunnel. */
    INVALID_PARAMETERS(3002, ErrorType.USER, "Correct the value that the message names."),

    /** Another client has the port or name. */
    ENDPOINT_HELD(3003, ErrorType.USER, "Choose another port or name."),

    /** The rights of the credential do not cover this. */
    NOT_PERMITTED(3004, ErrorType.USER, "Ask the operator for a credential with this right, or change the tunnel."),

    /** Two tunnels of one session have the same name. */
    DUPLICATE_NAME(3005, ErrorType.USER, "Give every tunnel a name of its own."),

    /** The server cannot bind the port. */
    PORT_UNAVAILABLE(3006, ErrorType.USER, "Choose another port, or 0 for any."),

    /** A stream for a tunnel that does not exist. */
    NO_SUCH_TUNNEL(
            3007, ErrorType.EXTERNAL, "Nothing: the tunnel was closed a moment ago, or the other end is faulty."),

    /** A newer client took the endpoint over. */
    REPLACED(3008, ErrorType.USER, "Stop one of the two clients, or give them different ports or names."),

    /** No client is connected for this tunnel. */
    NO_CLIENT(3009, ErrorType.EXTERNAL, "Start the client of this tunnel."),

    /** A visitor waited for a client or service longer than allowed. */
    WAIT_EXPIRED(3010, ErrorType.EXTERNAL, "Start the client and its local service, or raise wait_timeout."),

    /** More visitors wait than allowed. */
    TOO_MANY_WAITING(3011, ErrorType.EXTERNAL, "Start the client and its local service, or raise max_waiting."),

    /** The tunnel was closed by its owner or by the server. */
    CLOSED(3012, ErrorType.EXTERNAL, "Nothing, if that was intended."),

    /** The server is stopping. */
    SERVER_DRAINING(3013, ErrorType.EXTERNAL, "Nothing: the client reconnects when the server is back."),

    /** The tunnel is not for visitors from this network. */
    VISITOR_NOT_PERMITTED(
            3014, ErrorType.EXTERNAL, "Nothing, if that was intended; else see allow and deny of the tunnel."),

    /** The account has as many tunnels as its rights permit. */
    TOO_MANY_TUNNELS(3015, ErrorType.USER, "Close another tunnel, or ask the operator for more."),

    /** The account has as many streams open as its rights permit. */
    STREAM_LIMIT(
            3016,
            ErrorType.EXTERNAL,
            "Nothing: others get through when some have ended; or ask the operator for more."),

    /** The tunnel has as many visitors at once as it may. */
    VISITOR_LIMIT(
            3017,
            ErrorType.EXTERNAL,
            "Nothing: others get through when some have gone; or raise the limit that the message names."),

    /** One source has as many visitors at once as a tunnel allows it. */
    SOURCE_LIMIT(
            3018,
            ErrorType.EXTERNAL,
            "Nothing, if one source should not have more; else raise the limit that the message names."),

    /** The account has as many sessions as its rights permit. */
    SESSION_LIMIT(
            3019,
            ErrorType.EXTERNAL,
            "Stop another client of the account, or ask the operator for more; this one tries again."),

    /** One source has as many connections at a port that tunnels share as it may. */
    PORT_SOURCE_LIMIT(
            3020,
            ErrorType.EXTERNAL,
            "Nothing, if one source should not have more; else raise the limit that the message names, or name the"
                    + " proxy in proxy_protocol_from."),

    /** The tunnel is paused: its endpoint is kept, and visitors are refused. */
    PAUSED(3025, ErrorType.EXTERNAL, "Nothing, if that was intended; else culvert resume, on the end that paused it."),
    /** A command names a tunnel that is not there. */
    UNKNOWN_NAME(3026, ErrorType.USER, "Give a name that culvert status lists."),
    /** A command names a tunnel that several accounts have. */
    AMBIGUOUS_NAME(3027, ErrorType.USER, "Write ACCOUNT/NAME."),
    /** A tunnel's service did not answer a probe. */
    NOT_PROVEN(3028, ErrorType.EXTERNAL, "Look at the client's status, and at the service."),
    /** The tunnel's client is there, but not by the listener whose sessions have to be taken. */
    NOT_BY_LISTENER(
            3029,
            ErrorType.EXTERNAL,
            "Let the client connect to that listener too, with servers_mode = \"all\", or change via on the server."),
    /** The server's own attempt to come to a tunnel's endpoint, as visitors do, did not arrive. */
    ENDPOINT_UNREACHABLE(
            3030,
            ErrorType.EXTERNAL,
            "Look at the server's log and its limits of connections; a firewall has to let the server reach its own ports, or"
                    + " set probe = false for the tunnel.");

    private final int number;
    private final ErrorType type;
    private final String remedy;

    TunnelError(int number, ErrorType type, String remedy) {
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
