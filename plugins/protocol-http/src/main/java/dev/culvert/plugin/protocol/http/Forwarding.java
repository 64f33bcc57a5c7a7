package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.SourceNetwork;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a service is told about its visitor. What the visitor itself says of that is thrown away, unless it is a trusted
 * proxy. Thread-safe.
 */
final class Forwarding {

    private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
    private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
    private static final AsciiString REAL_IP = AsciiString.cached("x-real-ip");
    private static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");

    /** What else names a visitor to one framework or another. */
    private static final List<AsciiString> OTHERS = List.of(
            AsciiString.cached("x-forwarded-port"),
            AsciiString.cached("x-forwarded-prefix"),
            AsciiString.cached("x-forwarded-server"),
            AsciiString.cached("x-forwarded-ssl"),
            AsciiString.cached("x-forwarded-scheme"),
            AsciiString.cached("x-scheme"),
            AsciiString.cached("x-url-scheme"),
            AsciiString.cached("x-original-url"),
            AsciiString.cached("x-rewrite-url"),
            AsciiString.cached("x-client-ip"),
            AsciiString.cached("x-cluster-client-ip"),
            AsciiString.cached("true-client-ip"),
            AsciiString.cached("cf-connecting-ip"));

    private final List<SourceNetwork> trusted;

    Forwarding(List<SourceNetwork> trusted) {
        this.trusted = trusted;
    }

    /** Whether what comes from here is believed. */
    boolean trusts(@Nullable InetAddress address) {
        if (address != null) {
            for (SourceNetwork network : trusted) {
                if (network.contains(address)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Where a request came from at first: the last address in the chain that no trusted proxy has. */
    InetSocketAddress visitor(Peer peer, HttpHeaders headers) {
        if (!peer.trusted()) {
            return peer.address();
        }
        List<String> chain = headers.getAll(FOR);
        InetSocketAddress nearest = peer.address();
        for (int i = chain.size() - 1; i >= 0; i--) {
            String[] hops = chain.get(i).split(",", -1);
            for (int j = hops.length - 1; j >= 0; j--) {
                InetAddress hop = address(hops[j].strip());
                if (hop == null) {
                    return nearest;
                }
                nearest = new InetSocketAddress(hop, 0);
                if (!trusts(hop)) {
                    return nearest;
                }
            }
        }
        return nearest;
    }

    /** Whether the visitor itself came by TLS. */
    boolean isSecure(Peer peer, HttpHeaders headers) {
        String said = peer.trusted() ? headers.get(PROTO) : null;
        return said == null ? peer.secure() : said.equalsIgnoreCase("https");
    }

    /** The id of a request: a trusted proxy's, or a new one. */
    String requestId(Peer peer, HttpHeaders headers) {
        String said = peer.trusted() ? headers.get(REQUEST_ID) : null;
        return said != null && RequestIds.isUsable(said) ? said : RequestIds.next();
    }

    /**
     * Writes the fields.
     *
     * @param host what the visitor asked for
     */
    void apply(Peer peer, HttpHeaders headers, Authority host, InetSocketAddress visitor, boolean secure, String id) {
        String from = NetUtil.toAddressString(peer.address().getAddress());
        String proto = secure ? "https" : "http";
        String asked = host.toString();
        String node = from.indexOf(':') >= 0 ? "\"[" + from + "]\"" : from;
        String element = "for=" + node + ";host=" + (host.port() == 0 ? asked : '"' + asked + '"') + ";proto=" + proto;
        if (peer.trusted()) {
            headers.set(FOR, joined(headers.getAll(FOR), from));
            headers.set(FORWARDED, joined(headers.getAll(FORWARDED), element));
            if (!headers.contains(HOST)) {
                headers.set(HOST, asked);
            }
        } else {
            OTHERS.forEach(headers::remove);
            headers.remove(TRACEPARENT);
            headers.remove(TRACESTATE);
            dropDisguised(headers);
            headers.set(FOR, from);
            headers.set(FORWARDED, element);
            headers.set(HOST, asked);
        }
        headers.set(PROTO, proto);
        headers.set(REAL_IP, NetUtil.toAddressString(visitor.getAddress()));
        headers.set(REQUEST_ID, id);
        String trace = headers.get(TRACEPARENT);
        if (trace == null || !RequestIds.isTraceparent(trace)) {
            headers.set(TRACEPARENT, RequestIds.traceparent(id.length() == 32 ? id : RequestIds.next()));
        }
    }

    // Behind CGI and its heirs X_Forwarded_For is the same variable as X-Forwarded-For.
    private static void dropDisguised(HttpHeaders headers) {
        List<String> disguised = null;
        for (var entries = headers.iteratorCharSequence(); entries.hasNext(); ) {
            CharSequence name = entries.next().getKey();
            if (AsciiString.indexOf(name, '_', 0) >= 0) {
                disguised = disguised == null ? new java.util.ArrayList<>() : disguised;
                disguised.add(name.toString());
            }
        }
        if (disguised != null) {
            disguised.stream().filter(Forwarding::isOurs).forEach(headers::remove);
        }
    }

    private static boolean isOurs(String name) {
        String plain = name.replace('_', '-').toLowerCase(java.util.Locale.ROOT);
        return plain.startsWith("x-forwarded")
                || FORWARDED.contentEquals(plain)
                || REAL_IP.contentEquals(plain)
                || REQUEST_ID.contentEquals(plain)
                || OTHERS.stream().anyMatch(other -> other.contentEquals(plain));
    }

    private static String joined(List<String> before, String last) {
        return before.isEmpty() ? last : String.join(", ", before) + ", " + last;
    }

    private static @Nullable InetAddress address(String text) {
        String plain = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(plain);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            return null;
        }
    }
}
