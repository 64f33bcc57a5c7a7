package dev.culvert.spi;

import static java.util.Objects.requireNonNull;

import io.netty.util.NetUtil;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the holder of a credential may do. An empty or absent component permits everything of its kind.
 *
 * <p>Checked by the platform when a tunnel opens and again when a stream opens, whatever the authenticator. Numbers count
 * for the account: all its sessions, and all credentials that share it, together.
 *
 * @param types which types of tunnel, {@code tcp}
 * @param ports which public ports; 0, "any free one", is permitted if the port that the server then picks is
 * @param names which names of tunnels; a leading or trailing {@code *} matches any text
 * @param hosts which public host names; a leading {@code *} matches any text, so {@code *.example.com} is every name below
 *     {@code example.com} and not that itself. Case and a trailing dot do not matter
 * @param sessions how many sessions of clients the account may have at once
 * @param tunnels how many endpoints the account may have at once
 * @param streams how many connections of visitors, requests of http and flows of UDP the account may have at once
 * @param bandwidth how many bytes a second, in each direction, the account's streams may carry together
 * @param sources which networks clients may log in from
 */
public record Rights(
        Set<String> types,
        List<PortRange> ports,
        List<String> names,
        List<String> hosts,
        @Nullable Integer sessions,
        @Nullable Integer tunnels,
        @Nullable Integer streams,
        @Nullable DataSize bandwidth,
        List<SourceNetwork> sources) {

    /** No limits. */
    public static final Rights ALL = new Rights(Set.of(), List.of(), List.of());

    /** Below this, one read of a stream would have to pause it for minutes. */
    private static final DataSize LEAST_BANDWIDTH = DataSize.ofKibibytes(1);

    /** Copies what it is given; refuses patterns that could match nothing and numbers that permit nothing. */
    public Rights {
        types = Set.copyOf(types);
        ports = List.copyOf(ports);
        names = List.copyOf(names);
        hosts = List.copyOf(hosts);
        sources = List.copyOf(sources);
        names.forEach(Rights::requirePattern);
        hosts.forEach(Rights::requirePattern);
        requirePositive("sessions", sessions);
        requirePositive("tunnels", tunnels);
        requirePositive("streams", streams);
        if (bandwidth != null && bandwidth.compareTo(LEAST_BANDWIDTH) < 0) {
            throw new IllegalArgumentException(
                    "bandwidth: " + bandwidth + " (expected: at least " + LEAST_BANDWIDTH + " a second)");
        }
    }

    /**
     * Rights without limits on hosts, numbers and sources.
     *
     * @param types which types of tunnel
     * @param ports which public ports
     * @param names which names of tunnels
     */
    public Rights(Set<String> types, List<PortRange> ports, List<String> names) {
        this(types, ports, names, List.of(), null, null, null, null, List.of());
    }

    /** The same with other {@link #hosts}. */
    public Rights withHosts(List<String> patterns) {
        return new Rights(types, ports, names, patterns, sessions, tunnels, streams, bandwidth, sources);
    }

    /** The same with another limit of {@link #sessions}. */
    public Rights withSessions(@Nullable Integer most) {
        return new Rights(types, ports, names, hosts, most, tunnels, streams, bandwidth, sources);
    }

    /** The same with another limit of {@link #tunnels}. */
    public Rights withTunnels(@Nullable Integer most) {
        return new Rights(types, ports, names, hosts, sessions, most, streams, bandwidth, sources);
    }

    /** The same with another limit of {@link #streams}. */
    public Rights withStreams(@Nullable Integer most) {
        return new Rights(types, ports, names, hosts, sessions, tunnels, most, bandwidth, sources);
    }

    /** The same with another {@link #bandwidth}. */
    public Rights withBandwidth(@Nullable DataSize perSecond) {
        return new Rights(types, ports, names, hosts, sessions, tunnels, streams, perSecond, sources);
    }

    /** The same with other {@link #sources}. */
    public Rights withSources(List<SourceNetwork> networks) {
        return new Rights(types, ports, names, hosts, sessions, tunnels, streams, bandwidth, networks);
    }

    /** Whether tunnels of this type may be opened. */
    public boolean allowsType(String type) {
        return types.isEmpty() || types.contains(type);
    }

    /** Whether this public port may be used. */
    public boolean allowsPort(int port) {
        return ports.isEmpty() || ports.stream().anyMatch(range -> range.contains(port));
    }

    /** Whether a tunnel may have this name. */
    public boolean allowsName(String name) {
        return names.isEmpty() || names.stream().anyMatch(pattern -> matches(pattern, name));
    }

    /** Whether this public host name may be used. */
    public boolean allowsHost(String host) {
        String wanted = canonical(host);
        return hosts.isEmpty() || hosts.stream().anyMatch(pattern -> matches(canonical(pattern), wanted));
    }

    /**
     * Whether a tunnel may be public here. A host that is an address of the server is the protocol's matter; an endpoint
     * with neither host nor port is everything that nobody else has, which limited {@link #hosts} do not cover.
     */
    public boolean allows(Endpoint endpoint) {
        if (endpoint.port() != 0 && !allowsPort(endpoint.port())) {
            return false;
        }
        String host = endpoint.host();
        if (host.isEmpty()) {
            return endpoint.port() != 0 || hosts.isEmpty();
        }
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host) || allowsHost(host);
    }

    /** The networks of {@link #sources}. */
    public SourceNetworks sourceNetworks() {
        return new SourceNetworks(sources, List.of());
    }

    private static void requirePattern(String pattern) {
        requireNonNull(pattern, "pattern");
        int star = pattern.indexOf('*');
        boolean leads = star == 0 && pattern.indexOf('*', 1) < 0;
        if (star >= 0 && !leads && star != pattern.length() - 1) {
            throw new IllegalArgumentException(
                    "pattern: \"" + pattern + "\" (expected: at most one *, at its beginning or end)");
        }
    }

    private static void requirePositive(String what, @Nullable Integer most) {
        if (most != null && most < 1) {
            throw new IllegalArgumentException(what + ": " + most + " (expected: at least 1)");
        }
    }

    private static String canonical(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static boolean matches(String pattern, String name) {
        if (pattern.equals("*")) {
            return true;
        }
        if (pattern.startsWith("*")) {
            return name.endsWith(pattern.substring(1));
        }
        if (pattern.endsWith("*")) {
            return name.startsWith(pattern.substring(0, pattern.length() - 1));
        }
        return pattern.equals(name);
    }
}
