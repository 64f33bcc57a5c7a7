package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.protocol.DialingService;

/**
 * Where a service is: {@code 3000}, {@code 10.0.0.5:3000} or {@code http://localhost:3000}.
 *
 * @param address where it is; without a host, on this machine
 */
public record LocalTarget(HostPort address) {

    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /**
     * Reads a target as a file has it.
     *
     * @param value a port, or a string
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static LocalTarget parse(Object value) {
        String text = String.valueOf(value).strip();
        if (text.startsWith(HTTPS)) {
            throw new IllegalArgumentException("local: \"" + text + "\" (expected: a service that speaks plain HTTP;"
                    + " a tunnel of type \"tls\" passes a service's own TLS on)");
        }
        boolean scheme = text.startsWith(HTTP);
        String rest = scheme ? text.substring(HTTP.length()) : text;
        if (scheme && rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        if (rest.isEmpty() || rest.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "local: \"" + text + "\" (expected: a port, host:port or http://host:port)");
        }
        boolean hasPort = rest.lastIndexOf(':') > rest.lastIndexOf(']');
        return new LocalTarget(HostPort.parse(scheme && !hasPort ? rest + ":80" : rest));
    }

    @JsonValue
    @Override
    public String toString() {
        return DialingService.shown(address);
    }
}
