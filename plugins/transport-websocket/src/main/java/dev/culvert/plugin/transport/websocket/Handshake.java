package dev.culvert.plugin.transport.websocket;

import io.netty.handler.codec.http.HttpDecoderConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** What both ends of an opening handshake must agree about (RFC 6455, section 4). */
final class Handshake {

    /** The subprotocol: the bytes of a connection, in binary messages whose boundaries mean nothing. */
    static final String SUBPROTOCOL = "culvert.v1";

    static final String VERSION = "13";

    /** The longest request or answer. */
    static final int MAX_BYTES = 8 * 1024;

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_LINE = 2 * 1024;

    private Handshake() {}

    static HttpDecoderConfig decoding() {
        return new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE).setMaxHeaderSize(MAX_BYTES - MAX_LINE);
    }

    /** The answer to a key: proof that the server understood it as a WebSocket's. */
    static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1"); // what the RFC says; nothing secret hangs on it
            byte[] digest = sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
