package dev.culvert.spi;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.InetSocketAddress;

/**
 * A host and a port, not yet resolved: {@code example.com:4444}, {@code 127.0.0.1:3000}, {@code [::1]:3000}, or a bare
 * port, whose host is empty.
 *
 * @param host a name or an address without brackets; empty for "this machine" or "all addresses"
 * @param port 0 to 65535; 0 where any free one will do
 */
public record HostPort(String host, int port) implements ServiceAddress {

    /** Checks the port. */
    public HostPort {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
    }

    /**
     * Reads {@code host:port}, {@code [v6]:port}, {@code :port} or {@code port}.
     *
     * @param value a number or a string
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static HostPort parse(Object value) {
        String text = String.valueOf(value).strip();
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.indexOf(':') >= 0 && !bracketed) {
            throw malformed(text);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return new HostPort(bracketed ? host.substring(1, host.length() - 1) : host, port);
        } catch (NumberFormatException e) {
            throw malformed(text);
        }
    }

    /**
     * The same, with another host if this one has none.
     *
     * @param fallback the host to use
     */
    public HostPort orHost(String fallback) {
        return host.isEmpty() ? new HostPort(fallback, port) : this;
    }

    @Override
    public String shown() {
        return orHost("localhost").toString();
    }

    @Override
    public boolean isComplete() {
        return port != 0;
    }

    /** The address to look up: its host is not resolved here. */
    public InetSocketAddress unresolved() {
        return InetSocketAddress.createUnresolved(host, port);
    }

    @JsonValue
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "address: \"" + text + "\" (expected: host:port, [ipv6]:port or a port alone)");
    }
}
