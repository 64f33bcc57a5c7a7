package dev.culvert.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code name:local:remote}, local first; the local host is optional, an IPv6 one in brackets: {@code web:8080:80},
 * {@code web:10.0.0.5:8080:80}, {@code web:[::1]:8080:80}; for a UDP service with {@code /udp} behind it:
 * {@code dns:53:5353/udp}. A TCP service may be on a Unix domain socket: {@code web:unix:/run/app.sock:8080}.
 *
 * @param name the tunnel's name
 * @param local where the service is
 * @param remote the public port
 * @param type {@code tcp} or {@code udp}
 */
record TunnelArgument(String name, String local, int remote, String type) {

    private static final Pattern FORM =
            Pattern.compile("([^:\\[\\]]+):(?:(\\[[^\\]]+\\]|[^:\\[\\]]+):)?(\\d{1,5}):(\\d{1,5})(?:/(tcp|udp))?");

    // The path may have colons of its own.
    private static final Pattern UNIX = Pattern.compile("([^:\\[\\]]+):(unix:.+):(\\d{1,5})(?:/tcp)?");

    // What other tunnels lead to, or what needs more than this says.
    private static final Pattern OTHER = Pattern.compile("[^:]+:(file:|socks5:|http-proxy:|[a-z0-9]+://|unix:).*");

    static TunnelArgument parse(String text) {
        Matcher unix = UNIX.matcher(text);
        if (unix.matches()) {
            return new TunnelArgument(
                    unix.group(1), ClientFlags.local(unix.group(2)), port(unix.group(3), text), "tcp");
        }
        if (OTHER.matcher(text).matches()) {
            throw new TypeConversionException("\"" + text + "\" (expected: name:local:remote, where local is a port,"
                    + " host:port, or unix:/path for TCP; for others use a [[tunnel]] section, culvert http or culvert"
                    + " tcp)");
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "\"" + text + "\" (expected: name:local:remote, as web:8080:80 or dns:53:5353/udp)");
        }
        String host = matcher.group(2) == null ? "" : matcher.group(2);
        return new TunnelArgument(
                matcher.group(1),
                host + ":" + port(matcher.group(3), text),
                port(matcher.group(4), text),
                matcher.group(5) == null ? "tcp" : matcher.group(5));
    }

    /** As a section of a client's file. */
    Map<String, Object> section() {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("type", type);
        section.put("name", name);
        section.put("local", local);
        section.put("port", remote);
        return section;
    }

    private static int port(String digits, String text) {
        int port = Integer.parseInt(digits);
        if (port > 65535) {
            throw new TypeConversionException("\"" + text + "\": port " + port + " (expected: 0 to 65535)");
        }
        return port;
    }
}
