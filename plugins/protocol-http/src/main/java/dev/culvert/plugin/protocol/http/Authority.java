package dev.culvert.plugin.protocol.http;

import org.jspecify.annotations.Nullable;

/**
 * A host with or without a port, as a request names it (RFC 9110, section 4.2), in one canonical form: lower case, no
 * trailing dot.
 *
 * @param host a name, or an address, one of IPv6 in brackets
 * @param port 0 if none is named
 */
record Authority(String host, int port) {

    private static final int MOST_CHARACTERS = 253;
    private static final int MOST_OF_A_LABEL = 63;

    /** Reads one; null if it is none. */
    static @Nullable Authority parse(String text) {
        int end = text.length();
        int port = 0;
        int colon = text.lastIndexOf(':');
        if (colon > text.lastIndexOf(']')) {
            port = port(text, colon + 1);
            if (port < 0) {
                return null;
            }
            end = colon;
        }
        String host = text.startsWith("[") ? bracketed(text, end) : name(text, end);
        return host == null ? null : new Authority(host, port);
    }

    /** As a header field has it. */
    @Override
    public String toString() {
        return port == 0 ? host : host + ":" + port;
    }

    private static @Nullable String bracketed(String text, int end) {
        String address = text.substring(0, end);
        boolean closed = address.endsWith("]")
                && io.netty.util.NetUtil.isValidIpV6Address(address.substring(1, address.length() - 1));
        return closed && address.indexOf('%') < 0 ? address.toLowerCase(java.util.Locale.ROOT) : null;
    }

    private static @Nullable String name(String text, int end) {
        int length = end > 1 && text.charAt(end - 1) == '.' ? end - 1 : end;
        if (length == 0 || length > MOST_CHARACTERS) {
            return null;
        }
        int label = 0;
        boolean upper = false;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == '.') {
                if (label == 0) {
                    return null;
                }
                label = 0;
                continue;
            }
            upper |= c >= 'A' && c <= 'Z';
            if (!isOfName(c) || ++label > MOST_OF_A_LABEL) {
                return null;
            }
        }
        if (label == 0) {
            return null;
        }
        String name = length == text.length() ? text : text.substring(0, length);
        return upper ? name.toLowerCase(java.util.Locale.ROOT) : name;
    }

    // Other characters that the grammar allows are in no name that a tunnel could have.
    private static boolean isOfName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    private static int port(String text, int from) {
        int length = text.length() - from;
        if (length < 1 || length > 5) {
            return -1;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            port = 10 * port + (c - '0');
        }
        return port == 0 || port > 65535 ? -1 : port;
    }
}
