package dev.culvert.plugin.protocol.tcp;

import dev.culvert.spi.protocol.BridgeOptions;
import java.time.Duration;

/**
 * What a tunnel's visitors get: what its client asked for, within what the server allows.
 *
 * @param whenAbsent what a visitor gets while the service is not there
 * @param waitTimeout how long it waits
 * @param maxWaiting how many wait
 * @param maxOpening how many may be without a stream
 * @param bridge how visitors and streams are joined
 */
record Limits(WhenAbsent whenAbsent, Duration waitTimeout, int maxWaiting, int maxOpening, BridgeOptions bridge) {

    static Limits of(TcpParameters asked, TcpProtocolFactory allowed) {
        return new Limits(
                asked.whenAbsent(),
                atMost(asked.waitTimeoutMs(), allowed.maxWaitTimeout()),
                Math.min(asked.maxWaiting(), allowed.maxWaiting()),
                allowed.maxOpening(),
                new BridgeOptions(atMost(asked.halfCloseTimeoutMs(), allowed.maxHalfCloseTimeout())));
    }

    private static Duration atMost(long millis, Duration most) {
        return Duration.ofMillis(Math.min(millis, most.toMillis()));
    }
}
