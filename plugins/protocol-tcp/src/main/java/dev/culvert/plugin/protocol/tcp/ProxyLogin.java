package dev.culvert.plugin.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.spi.Secret;
import java.security.MessageDigest;

/**
 * What visitors of a proxy have to give.
 *
 * @param username no secret
 * @param password compared in constant time
 */
record ProxyLogin(String username, Secret password) {

    private static final int MOST_BYTES = 255; // RFC 1929, section 2

    /** Checks that SOCKS can say it, and HTTP too. */
    ProxyLogin {
        int length = username.getBytes(UTF_8).length;
        if (length < 1 || length > MOST_BYTES || username.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "username: \"" + username + "\" (expected: 1 to " + MOST_BYTES + " bytes without a colon)");
        }
        if (password.bytes().length < 1 || password.bytes().length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "password: " + password.bytes().length + " bytes (expected: 1 to " + MOST_BYTES + ")");
        }
    }

    boolean isGivenBy(String name, String word) {
        boolean sameName = MessageDigest.isEqual(name.getBytes(UTF_8), username.getBytes(UTF_8));
        return password.equals(Secret.of(word)) && sameName;
    }
}
