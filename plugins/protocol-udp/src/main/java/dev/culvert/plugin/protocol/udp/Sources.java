package dev.culvert.plugin.protocol.udp;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** How many flows each source has: each address, of IPv6 each network of 64 bits. */
final class Sources {

    private final Map<Long, Integer> flows = new HashMap<>();
    private final int most;

    Sources(int most) {
        this.most = most;
    }

    /** Counts one more; false if that were one too many. */
    boolean enter(InetAddress source) {
        Long key = key(source);
        int now = flows.getOrDefault(key, 0);
        if (now >= most) {
            return false;
        }
        flows.put(key, now + 1);
        return true;
    }

    void leave(InetAddress source) {
        flows.computeIfPresent(key(source), (key, count) -> count == 1 ? null : count - 1);
    }

    // No network of IPv6 that a visitor can have begins with zeros alone.
    private static Long key(InetAddress source) {
        ByteBuffer bytes = ByteBuffer.wrap(source.getAddress());
        return bytes.remaining() == 4 ? bytes.getInt() & 0xFFFF_FFFFL : bytes.getLong();
    }
}
