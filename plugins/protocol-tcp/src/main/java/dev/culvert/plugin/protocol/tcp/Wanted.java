package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.HostName;
import dev.culvert.spi.HostPort;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where one visitor wants to go. Exactly one of name and address is there.
 *
 * @param name a name that has to be looked up
 * @param address an address; one of IPv4 that was written as IPv6 is that of IPv4
 * @param port 1 to 65535
 */
record Wanted(@Nullable HostName name, @Nullable InetAddress address, int port) {

    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9A-Fa-f]*");
    private static final Pattern DOTTED_QUAD =
            Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.|$)){4}");

    /**
     * Reads host and port as a visitor gives them.
     *
     * @throws IllegalArgumentException without any of the visitor's own words, which may be anything
     */
    static Wanted of(String host, int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("a port that is none");
        }
        if (host.indexOf(':') >= 0) {
            byte[] bytes = host.indexOf('%') < 0 && host.indexOf('[') < 0
                    ? NetUtil.createByteArrayFromIpAddressString(host)
                    : null;
            return new Wanted(null, address(bytes), port);
        }
        if (endsInNumber(host)) {
            // "127.1", "0177.0.0.1" and "2130706433" are addresses to some resolvers, and not to others.
            boolean canonical = host.length() <= 15 && DOTTED_QUAD.matcher(host).matches() && !host.endsWith(".");
            return new Wanted(null, address(canonical ? NetUtil.createByteArrayFromIpAddressString(host) : null), port);
        }
        HostName name;
        try {
            name = HostName.parse(host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a host name that is none", e);
        }
        if (name.isWildcard()) {
            throw new IllegalArgumentException("a host name that is none");
        }
        return new Wanted(name, null, port);
    }

    /** Reads {@code host:port} or {@code [ipv6]:port}. */
    static Wanted ofAuthority(String authority) {
        int colon = authority.lastIndexOf(':');
        String port = authority.substring(colon + 1);
        if (colon < 1 || port.isEmpty() || port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("no host:port");
        }
        String host = authority.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed != host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("no host:port");
        }
        return of(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
    }

    /** Whether it has to be an address of IPv4, if it is anything (as the URL Standard decides it). */
    static boolean endsInNumber(String host) {
        String whole = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return NUMBER.matcher(whole.substring(whole.lastIndexOf('.') + 1)).matches();
    }

    /** As people read it. */
    @Override
    public String toString() {
        return address == null ? name + ":" + port : at(address).toString();
    }

    /** This port of an address. */
    HostPort at(InetAddress of) {
        return new HostPort(NetUtil.toAddressString(of), port);
    }

    private static InetAddress address(byte @Nullable [] bytes) {
        if (bytes == null) {
            throw new IllegalArgumentException("an address that is none");
        }
        try {
            return InetAddress.getByAddress(bytes); // makes an IPv4 address of a mapped one
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address that is none", e);
        }
    }
}
