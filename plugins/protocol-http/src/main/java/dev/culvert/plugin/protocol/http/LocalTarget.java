package dev.culvert.plugin.protocol.http;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.culvert.spi.HostPort;
import dev.culvert.spi.ServiceAddress;
import dev.culvert.spi.UnixPath;
import java.util.Locale;

/**
 * Where a service is, and what it speaks: {@code 3000}, {@code 10.0.0.5:3000}, {@code unix:/run/app.sock}, {@code
 * http://localhost:3000}, {@code https://…}, {@code h2c://…} or {@code h2://…}; a socket behind those as in {@code
 * h2c://unix:/run/app.sock}.
 *
 * @param scheme what it speaks
 * @param address where it is; without a host, on this machine
 */
public record LocalTarget(Scheme scheme, ServiceAddress address) implements HttpTarget {

    private static final String MARK = "://";
    private static final String UNIX = "unix:";
    private static final String NO_HOST = "localhost";

    /** A service that speaks HTTP/1.1. */
    public LocalTarget(ServiceAddress address) {
        this(Scheme.HTTP, address);
    }

    /** What a service speaks. */
    public enum Scheme {
        /** HTTP/1.1. */
        HTTP(80, false, false),
        /** HTTP/1.1 inside TLS. */
        HTTPS(443, true, false),
        /** HTTP/2 by prior knowledge. */
        H2C(80, false, true),
        /** HTTP/2 inside TLS, agreed on by ALPN. */
        H2(443, true, true);

        private final int port;
        private final boolean tls;
        private final boolean http2;

        Scheme(int port, boolean tls, boolean http2) {
            this.port = port;
            this.tls = tls;
            this.http2 = http2;
        }

        boolean isTls() {
            return tls;
        }

        boolean isHttp2() {
            return http2;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads a target as a file has it.
     *
     * @param value a port, or a string
     */
    public static LocalTarget parse(Object value) {
        String text = String.valueOf(value).strip();
        int mark = text.indexOf(MARK);
        Scheme scheme = mark < 0 ? Scheme.HTTP : scheme(text, text.substring(0, mark));
        String rest = mark < 0 ? text : text.substring(mark + MARK.length());
        if (rest.startsWith(UNIX)) {
            return new LocalTarget(scheme, UnixPath.parse(rest));
        }
        if (mark >= 0 && rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        if (rest.isEmpty() || rest.indexOf('/') >= 0) {
            throw malformed(text);
        }
        boolean hasPort = rest.lastIndexOf(':') > rest.lastIndexOf(']');
        return new LocalTarget(scheme, HostPort.parse(mark >= 0 && !hasPort ? rest + ":" + scheme.port : rest));
    }

    /** The host as requests name it that go straight to the service. */
    String authority() {
        if (address instanceof UnixPath) {
            return NO_HOST;
        }
        String shown = address.shown();
        String usual = ":" + scheme.port;
        return scheme.isTls() && shown.endsWith(usual) ? shown.substring(0, shown.length() - usual.length()) : shown;
    }

    /** The host that a certificate has to name; {@code localhost} where {@code local} has none. */
    String host() {
        return address instanceof HostPort place && !place.host().isEmpty() ? place.host() : NO_HOST;
    }

    /** The port that TLS knows its sessions by. */
    int port() {
        return address instanceof HostPort place ? place.port() : scheme.port;
    }

    @JsonValue
    @Override
    public String toString() {
        String shown = address.shown();
        return scheme == Scheme.HTTP ? shown : scheme.text() + MARK + shown;
    }

    private static Scheme scheme(String text, String name) {
        for (Scheme scheme : Scheme.values()) {
            if (scheme.text().equals(name)) {
                return scheme;
            }
        }
        throw malformed(text);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("local: \"" + text
                + "\" (expected: a port, host:port, unix:/path, http://host:port, https://, h2c:// or h2://, or"
                + " file:/directory)");
    }
}
