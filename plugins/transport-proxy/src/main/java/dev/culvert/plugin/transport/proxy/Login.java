package dev.culvert.plugin.transport.proxy;

import dev.culvert.spi.Secret;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy asks for.
 *
 * @param username without a colon, which Basic authentication cannot carry
 * @param password never printed
 */
record Login(String username, Secret password) {

    private static final int MAX_BYTES = 255; // RFC 1929

    static void check(@Nullable String username, @Nullable Secret password) {
        if ((username == null) != (password == null)) {
            throw new IllegalArgumentException(
                    "username and password: one without the other (expected: both, or none)");
        }
        if (username != null && password != null) {
            check("username", username);
            check("password", password.reveal());
            if (username.indexOf(':') >= 0) {
                throw new IllegalArgumentException("username: contains ':' (expected: none)");
            }
        }
    }

    static @Nullable Login of(@Nullable String username, @Nullable Secret password) {
        return username == null || password == null ? null : new Login(username, password);
    }

    private static void check(String key, String value) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(key + ": " + bytes + " bytes (expected: 1 to " + MAX_BYTES + ")");
        }
    }
}
