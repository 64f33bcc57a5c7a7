package dev.culvert.server;

import dev.culvert.engine.telemetry.TrafficStatus;
import dev.culvert.engine.telemetry.TunnelState;
import java.time.Instant;

/**
 * A tunnel whose endpoint is kept while nobody serves it.
 *
 * @param name its name
 * @param type its protocol
 * @param account whose it is
 * @param clientId which of the account's machines opened it
 * @param endpoint where it is public
 * @param state {@code connecting}, or {@code paused} if it is that too
 * @param since when a client served it last, or it was made public, if none has
 * @param traffic what has gone through since it is public
 */
public record AbsentTunnel(
        String name,
        String type,
        String account,
        String clientId,
        String endpoint,
        TunnelState state,
        Instant since,
        TrafficStatus traffic) {

    static AbsentTunnel of(PublicTunnel tunnel) {
        return new AbsentTunnel(
                tunnel.name(),
                tunnel.type(),
                tunnel.owner().account(),
                tunnel.owner().clientId(),
                tunnel.key(),
                tunnel.isPaused() ? TunnelState.PAUSED : TunnelState.CONNECTING,
                Instant.now().minus(tunnel.unservedFor()),
                tunnel.traffic().status());
    }
}
