package dev.culvert.spi;

/** What went wrong between client and server: 4xxx. */
public enum WireError implements ErrorCode {
    // Numbers are on the wire: append, never renumber or reuse.

    /** The other end broke a protocol. */
    PROTOCOL_VIOLATION(
            4001, ErrorType.EXTERNAL, "Check that both ends speak the same transport, multiplexer and dialect."),

    /** No version of the session protocol is known to both ends. */
    VERSION_UNSUPPORTED(4002, ErrorType.USER, "Upgrade the older end."),

    /** No connection to the server. */
    UNREACHABLE(4003, ErrorType.EXTERNAL, "Check the address, the firewall and that the server runs."),

    /** The connection ended without a goodbye. */
    CONNECTION_LOST(4004, ErrorType.EXTERNAL, "Nothing: the client reconnects."),

    /** The other end did not answer a ping. */
    HEARTBEAT_TIMEOUT(4005, ErrorType.EXTERNAL, "Check the network between client and server."),

    /** A message longer than allowed. */
    FRAME_TOO_LARGE(
            4006, ErrorType.EXTERNAL, "Check that both ends speak the same transport, multiplexer and dialect."),

    /** The other end aborted a stream. */
    STREAM_RESET(4007, ErrorType.EXTERNAL, "See the log of the other end for the cause."),

    /** No further stream can be opened on the session. */
    TOO_MANY_STREAMS(4008, ErrorType.EXTERNAL, "Raise max_streams, or add connections to the client."),

    /** A control message of an unknown type. */
    UNKNOWN_MESSAGE(4009, ErrorType.EXTERNAL, "Upgrade the older end."),

    /** The other end takes no new streams. */
    GOING_AWAY(4010, ErrorType.EXTERNAL, "Nothing: the client reconnects."),

    /** The handshake of the transport failed. */
    TRANSPORT_FAILED(4011, ErrorType.EXTERNAL, "Check that both ends name the same transport."),

    /** Too many connections that have not logged in. */
    TOO_MANY_PENDING(4012, ErrorType.EXTERNAL, "Nothing, if it was a scan; else raise the limit of the listener."),

    /** A stream was not opened in time. */
    OPEN_TIMEOUT(4013, ErrorType.EXTERNAL, "Check the load of the client and the network."),

    /** This end expects encryption, and the other sent something else. */
    NOT_ENCRYPTED(4014, ErrorType.USER, "Name the same transport on both ends; nothing was sent unencrypted."),

    /** Both ends encrypt, but in no way that both know. */
    NO_COMMON_ENCRYPTION(4015, ErrorType.USER, "Upgrade the older end, or set min_version = \"1.2\" on the newer."),

    /** A message of an encrypted connection that was changed, repeated or left out on the way. */
    MESSAGE_NOT_AUTHENTIC(
            4016, ErrorType.EXTERNAL, "Check what lies between client and server: it changes what they send."),

    /** The listener does not take connections from this network. */
    SOURCE_REFUSED(4017, ErrorType.EXTERNAL, "Nothing, if it was a stranger; else see allow and deny of the listener."),

    /** The process has too few descriptors left for another connection. */
    TOO_MANY_CONNECTIONS(
            4018, ErrorType.EXTERNAL, "Raise the limit of open files (LimitNOFILE, ulimit -n), or max_connections."),

    /** None of the ways that a client's file lists leads to a login. */
    NO_WAY(
            4020,
            ErrorType.EXTERNAL,
            "Check the network first, then what the message says of each; the client tries again."),

    /** A proxy does not let this client through. */
    PROXY_REFUSED(
            4021,
            ErrorType.USER,
            "Set the proxy's username and password, or ask who runs it to let the server's address and port pass."),

    /** What should be a proxy does not answer like one. */
    NOT_A_PROXY(
            4022,
            ErrorType.EXTERNAL,
            "Check the proxy's address and type; a network with a login page wants a login in a browser first."),

    /** No WebSocket where one was expected. */
    UPGRADE_REFUSED(
            4023,
            ErrorType.USER,
            "Check path and host of the client's transport, and that the server listens with a websocket there.");

    private final int number;
    private final ErrorType type;
    private final String remedy;

    WireError(int number, ErrorType type, String remedy) {
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
