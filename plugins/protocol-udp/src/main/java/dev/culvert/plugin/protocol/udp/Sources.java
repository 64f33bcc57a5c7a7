package dev.culvert.plugin.protocol.udp;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Where flows come from: each address, of IPv6 each network of 64 bits. Belongs to the endpoint's loop. */
final class Sources {

    private final Map<Long, Source> sources = new HashMap<>();

    /** One that has no flow is not kept. */
    Source of(InetAddress address) {
        Source known = sources.get(key(address));
        return known == null ? new Source() : known;
    }

    void entered(InetAddress address, Source source) {
        if (source.flows++ == 0) {
            sources.put(key(address), source);
        }
    }

    void left(InetAddress address, Source source) {
        if (--source.flows == 0) {
            sources.remove(key(address));
        }
    }

    // No network of IPv6 that a visitor can have begins with zeros alone.
    private static Long key(InetAddress source) {
        ByteBuffer bytes = ByteBuffer.wrap(source.getAddress());
        return bytes.remaining() == 4 ? bytes.getInt() & 0xFFFF_FFFFL : bytes.getLong();
    }

    /** One of them. */
    static final class Source {

        /** Those of its flows that are not assured. */
        final BySilence newcomers = new BySilence();

        private int flows;

        int flows() {
            return flows;
        }
    }
}
