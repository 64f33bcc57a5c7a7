package dev.culvert.spi.http;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * Who asks for what, read once. Routing and every filter work from this one reading: an authority in any other place
 * ({@code Host} beside an absolute target, {@code :authority}) was either the same or refused before.
 *
 * @param id the request id, in logs, in answers and as {@code X-Request-Id}
 * @param source the visitor's address; what a trusted proxy says it is, where the operator trusts one
 * @param secure whether the visitor came by TLS, to this server or to a trusted proxy
 * @param host the name that was asked for: lower case, A-labels, without a trailing dot or a port; an IPv6 address
 *     without brackets
 * @param port the port of the authority, or the scheme's own if it has none
 * @param method as sent; methods are case-sensitive
 * @param path from its leading slash to before the query, as sent, {@code %} escapes and all; {@code *} of an {@code
 *     OPTIONS *}. Filters see the path before a tunnel's own rewriting
 * @param query what follows the first {@code ?}, as sent; empty without one
 */
public record RequestIdentity(
        String id,
        InetSocketAddress source,
        boolean secure,
        String host,
        int port,
        HttpMethod method,
        String path,
        String query) {

    /** Refuses nulls, and a host that is not in its one form. */
    public RequestIdentity {
        requireNonNull(id, "id");
        requireNonNull(source, "source");
        requireNonNull(method, "method");
        requireNonNull(path, "path");
        requireNonNull(query, "query");
        if (!host.equals(host.toLowerCase(Locale.ROOT)) || host.endsWith(".")) {
            throw new IllegalArgumentException("host: \"" + host + "\" (expected: lower case, no trailing dot)");
        }
    }

    /** {@code https} or {@code http}. */
    public String scheme() {
        return secure ? "https" : "http";
    }

    /** The host with its port as a URL has it, the scheme's own port left out. */
    public String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }
}
