package dev.culvert.plugin.dialect.culvert;

import java.time.Duration;

/** The bounds of {@code docs/protocol.md}, section "Limits". */
final class Limits {

    /** The JSON of one message before the client has logged in. */
    static final int MESSAGE_BEFORE_LOGIN = 16 * 1024;

    /** All that a client may send before it has logged in, lengths included. */
    static final int BYTES_BEFORE_LOGIN = 16 * 1024;

    /** The JSON of one message after the login. */
    static final int MESSAGE = 256 * 1024;

    static final int TUNNELS = 1024;

    static final int NAME = 128;

    static final int TYPE = 64;

    static final int LOCAL = 256;

    /** The JSON of a tunnel's parameters. */
    static final int PARAMETERS = 16 * 1024;

    /** Instance, client id, session id. */
    static final int ID = 64;

    /** What the other end writes for people. */
    static final int TEXT = 1024;

    /** The bytes of a failed dial's detail. */
    static final int DIAL_DETAIL = 1024;

    /** How long the last message may take to reach the other end before the link is closed. */
    static final Duration LAST_WORD = Duration.ofSeconds(1);

    /** How long the server may take to answer {@code tunnel_open}. */
    static final Duration TUNNEL_ANSWER = Duration.ofSeconds(30);

    /** How long a stream may stay without its header. */
    static final Duration STREAM_HEADER = Duration.ofSeconds(10);

    /** How long the client listens on after it has refused a stream, so that its reason is not lost in a reset. */
    static final Duration REFUSED_STREAM = Duration.ofSeconds(5);

    private Limits() {}
}
