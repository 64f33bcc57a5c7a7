package dev.culvert.cli.imports;

import java.util.Set;

/** Addresses as the programs write them. */
final class Addresses {

    private static final Set<String> ALL = Set.of("", "0.0.0.0", "::", "[::]");
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "[::1]", "localhost");

    private Addresses() {}

    /** Whether it means every address of the machine, which Culvert writes as nothing. */
    static boolean isAll(String host) {
        return ALL.contains(host);
    }

    static boolean isLoopback(String host) {
        return LOOPBACK.contains(host);
    }

    /** A listener's address. */
    static String bind(String host, String port) {
        return (isAll(host) ? "" : bracketed(host)) + ":" + port;
    }

    static String of(String host, String port) {
        return bracketed(host) + ":" + port;
    }

    /** What stands before the port. */
    static String host(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }

    /** What stands after the host. */
    static String port(String address) {
        return address.substring(address.lastIndexOf(':') + 1);
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }
}
