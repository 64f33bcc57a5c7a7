package dev.culvert.plugin.filter.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The site that a page is of (RFC 6454, section 4), or all sites below a name: {@code https://app.example.com},
 * {@code https://*.example.com}, {@code http://localhost:3000}.
 *
 * @param scheme {@code https}
 * @param host in lower case; {@code *.example.com} is every name below {@code example.com}
 * @param port the scheme's own where none is written
 */
record Origin(String scheme, String host, int port) {

    private static final int LONGEST = 512;

    private static final Pattern FORM = Pattern.compile(
            "([a-z][a-z0-9+.-]{0,31})://((?:\\*\\.)?[a-z0-9._-]{1,253}|\\[[0-9a-f:.]{2,45}])(?::([0-9]{1,5}))?");

    /**
     * Reads an origin of a file.
     *
     * @throws IllegalArgumentException if it is none
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Origin ofFile(String text) {
        return read(text)
                .orElseThrow(() -> new IllegalArgumentException("origin: \"" + text
                        + "\" (expected: \"https://app.example.com\" or \"https://*.example.com\")"));
    }

    /** Reads what a browser sends; empty if that is no origin, {@code null} for one. */
    static Optional<Origin> ofHeader(String text) {
        return read(text).filter(origin -> !origin.isWild());
    }

    private static Optional<Origin> read(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        String written = form.group(3);
        int port = written == null ? ownPort(form.group(1)) : Integer.parseInt(written);
        return port > 65535 ? Optional.empty() : Optional.of(new Origin(form.group(1), form.group(2), port));
    }

    /** Whether a page's origin is this one, or one of these. */
    boolean covers(Origin page) {
        if (!scheme.equals(page.scheme) || port != page.port) {
            return false;
        }
        return isWild() ? page.host.endsWith(host.substring(1)) : host.equals(page.host);
    }

    private boolean isWild() {
        return host.startsWith("*.");
    }

    private static int ownPort(String scheme) {
        return switch (scheme) {
            case "https", "wss" -> 443;
            case "http", "ws" -> 80;
            default -> 0;
        };
    }

    /** As a file has it. */
    @JsonValue
    @Override
    public String toString() {
        return scheme + "://" + host + (port == ownPort(scheme) ? "" : ":" + port);
    }
}
