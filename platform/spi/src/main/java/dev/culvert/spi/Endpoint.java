package dev.culvert.spi;

/**
 * Where a tunnel is public: {@code tcp://:7000}, {@code https://web.example.com/api}.
 *
 * @param scheme the protocol as people write it
 * @param host the public name; empty if it is whatever name the visitor reaches the server by
 * @param port the public port, or 0 if the scheme's own
 * @param path empty, or where on the host, with a leading slash
 */
public record Endpoint(String scheme, String host, int port, String path) {

    /**
     * An endpoint on a port of the server.
     *
     * @param scheme the protocol
     * @param port its port
     */
    public static Endpoint ofPort(String scheme, int port) {
        return new Endpoint(scheme, "", port, "");
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @param text {@code scheme://host:port/path}
     */
    public static Endpoint parse(String text) {
        int mark = text.indexOf("://");
        if (mark <= 0) {
            throw new IllegalArgumentException("endpoint: \"" + text + "\" (expected: scheme://host:port)");
        }
        String rest = text.substring(mark + 3);
        int slash = rest.indexOf('/');
        String path = slash < 0 ? "" : rest.substring(slash);
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        boolean hasPort = authority.lastIndexOf(':') > authority.lastIndexOf(']');
        if (!hasPort) {
            return new Endpoint(text.substring(0, mark), strip(authority), 0, path);
        }
        HostPort address = HostPort.parse(authority);
        return new Endpoint(text.substring(0, mark), address.host(), address.port(), path);
    }

    /**
     * The same endpoint under a name, if it has none of its own.
     *
     * @param name the host to show
     */
    public Endpoint orHost(String name) {
        return host.isEmpty() ? new Endpoint(scheme, name, port, path) : this;
    }

    @Override
    public String toString() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return scheme + "://" + shown + (port == 0 ? "" : ":" + port) + path;
    }

    private static String strip(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
