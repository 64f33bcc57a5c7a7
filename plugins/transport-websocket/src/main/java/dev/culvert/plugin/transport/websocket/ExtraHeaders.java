package dev.culvert.plugin.transport.websocket;

import dev.culvert.spi.Secret;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What a file may add to the request of the client. */
final class ExtraHeaders {

    // RFC 9110, section 5.6.2: token.
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");
    private static final Pattern VALUE = Pattern.compile("[ -~]{1,2000}");

    private static final Set<String> OURS =
            Set.of("host", "upgrade", "connection", "content-length", "transfer-encoding");

    private ExtraHeaders() {}

    static void check(String name, Secret value) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("headers: \"" + name + "\" (expected: the name of a header)");
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (OURS.contains(lower) || lower.startsWith("sec-websocket-")) {
            throw new IllegalArgumentException(
                    "headers: " + name + " (expected: none that the handshake itself sends)");
        }
        if (!VALUE.matcher(value.reveal()).matches()) {
            throw new IllegalArgumentException("headers: the value of " + name + " (expected: 1 to 2000 of ASCII)");
        }
    }
}
