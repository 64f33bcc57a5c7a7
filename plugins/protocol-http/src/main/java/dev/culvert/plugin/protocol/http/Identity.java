package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.http.RequestIdentity;
import java.net.InetSocketAddress;

/**
 * What a request is about, read once: routing, filters and what the service is told all go by it.
 *
 * @param authority the host it asks for
 * @param path with its leading slash, as it was sent, without the query
 * @param query with its question mark; empty if there is none
 */
record Identity(Authority authority, String path, String query) {

    /** The same as filters see it. */
    RequestIdentity forFilters(Asked asked, InetSocketAddress source, boolean secure) {
        int port = authority.port();
        String host = authority.host();
        return new RequestIdentity(
                asked.id(),
                source,
                secure,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port <= 0 ? secure ? 443 : 80 : port,
                asked.method(),
                path,
                query.isEmpty() ? "" : query.substring(1));
    }

    /** Path and query, as a request line has them. */
    String target() {
        return query.isEmpty() ? path : path + query;
    }
}
