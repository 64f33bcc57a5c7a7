package dev.culvert.plugin.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * Reads a message of RFC 5802, section 7, from left to right: attributes {@code a=value} between commas.
 *
 * <p>What it throws names what was expected and repeats nothing of what a stranger sent.
 */
final class MessageReader {

    static final int MAX_BYTES = 4096;

    private final String text;
    private int at;

    MessageReader(String text) {
        this.text = text;
    }

    /** Decodes a message that came from the network. */
    static String text(byte[] message) {
        if (message.length == 0 || message.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a message of " + message.length + " bytes (expected: 1 to " + MAX_BYTES + ")");
        }
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a message that is not UTF-8", e);
        }
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("a message with control characters");
        }
        return text;
    }

    /** Reads the attribute that has to come next. */
    String attribute(char name) {
        if (!text.startsWith(name + "=", at)) {
            throw new IllegalArgumentException("a message without the attribute " + name + " in its place");
        }
        at += 2;
        return field();
    }

    /** Reads up to the next comma. */
    String field() {
        if (at > text.length()) {
            throw new IllegalArgumentException("a message that ends too early");
        }
        int comma = text.indexOf(',', at);
        int end = comma < 0 ? text.length() : comma;
        String field = text.substring(at, end);
        at = end + 1;
        return field;
    }

    /** What has not been read. */
    String rest() {
        return at > text.length() ? "" : text.substring(at);
    }

    /** Passes over extensions, which a peer may add; {@code m}, the one that must be understood, has its own place. */
    void skipExtensions() {
        while (at <= text.length()) {
            String extension = field();
            boolean named = extension.length() >= 2
                    && extension.charAt(1) == '='
                    && Character.isLetter(extension.charAt(0))
                    && extension.charAt(0) < 0x80;
            if (!named || extension.charAt(0) == 'm') {
                throw new IllegalArgumentException("a message with an extension that is malformed or mandatory");
            }
        }
    }
}
