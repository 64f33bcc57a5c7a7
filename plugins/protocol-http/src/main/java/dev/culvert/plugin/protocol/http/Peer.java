package dev.culvert.plugin.protocol.http;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whoever is at the other end of a visitor's connection: the visitor, or a proxy in front of it.
 *
 * @param address where it is
 * @param local the address of this server that it came to
 * @param trusted whether what it says about others is believed
 * @param secure whether the connection is TLS
 * @param sni the name that it asked for in TLS, canonical
 */
record Peer(
        InetSocketAddress address,
        @Nullable InetSocketAddress local,
        boolean trusted,
        boolean secure,
        @Nullable String sni) {}
