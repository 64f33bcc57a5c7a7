package dev.culvert.server;

import dev.culvert.engine.bridge.RateLimits;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.DataSize;
import dev.culvert.spi.Rights;
import dev.culvert.spi.TunnelError;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What all sessions of one account use together, against what the rights of each permit. Thread-safe. */
final class AccountUse {

    private final String account;
    private final AtomicInteger streams = new AtomicInteger();
    // An endpoint that several sessions serve, or ask for once more after a lost connection, is one tunnel.
    private final Map<String, Integer> tunnels = new HashMap<>();
    private final Map<DataSize, RateLimits> rates = new ConcurrentHashMap<>();

    /** Guarded by {@link Accounts}. */
    int sessions;

    AccountUse(String account) {
        this.account = account;
    }

    String account() {
        return account;
    }

    /** Counts one more session behind an endpoint; throws if that were one endpoint too many. */
    synchronized void enterTunnel(String endpoint, Rights rights) {
        Integer most = rights.tunnels();
        if (most != null && !tunnels.containsKey(endpoint) && tunnels.size() >= most) {
            throw new CulvertException(
                    TunnelError.TOO_MANY_TUNNELS,
                    "account \"" + account + "\" has " + tunnels.size() + " tunnels (expected: at most " + most + ").");
        }
        tunnels.merge(endpoint, 1, Integer::sum);
    }

    synchronized void leaveTunnel(String endpoint) {
        tunnels.computeIfPresent(endpoint, (key, count) -> count == 1 ? null : count - 1);
    }

    /** Counts one more stream; throws if that were one too many. */
    void enterStream(Rights rights) {
        Integer most = rights.streams();
        int now = streams.incrementAndGet();
        if (most != null && now > most) {
            streams.decrementAndGet();
            throw new CulvertException(
                    TunnelError.STREAM_LIMIT,
                    "account \"" + account + "\" has " + most + " streams open (expected: at most " + most + ").");
        }
    }

    void leaveStream() {
        streams.decrementAndGet();
    }

    int streams() {
        return streams.get();
    }

    /** How fast streams may be read; one bucket for all whose rights name the same bandwidth. */
    RateLimits rates(Rights rights) {
        DataSize bandwidth = rights.bandwidth();
        return bandwidth == null
                ? RateLimits.NONE
                : rates.computeIfAbsent(bandwidth, size -> RateLimits.each(size.bytes()));
    }
}
