package dev.culvert.server;

import dev.culvert.engine.telemetry.TrafficStatus;
import dev.culvert.engine.telemetry.TunnelState;
import dev.culvert.spi.CulvertException;
import dev.culvert.spi.protocol.EndpointLease;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that is there now.
 *
 * @param session the session's id
 * @param principal who it is
 * @param account whose endpoints these are
 * @param clientId which of the principal's machines
 * @param peer its address
 * @param listener through which {@code [[listen]]} it came
 * @param software what it calls itself
 * @param connectedAt since when
 * @param uptimeSeconds how long that is
 * @param lastHeartbeat when it gave its last sign of life, or null before the first
 * @param roundTripMs how long it took, or null before the first
 * @param streams how many streams are open
 * @param tunnels what it serves
 */
public record ClientStatus(
        String session,
        String principal,
        String account,
        String clientId,
        String peer,
        String listener,
        String software,
        Instant connectedAt,
        long uptimeSeconds,
        @Nullable Instant lastHeartbeat,
        @Nullable Double roundTripMs,
        int streams,
        List<TunnelStatus> tunnels) {

    static ClientStatus of(Session session) {
        return new ClientStatus(
                session.id(),
                session.principal().name(),
                session.principal().account(),
                session.principal().clientId(),
                Source.text(session.peer()),
                session.listener(),
                session.software(),
                session.since(),
                session.uptime().toSeconds(),
                session.heartbeat().last(),
                session.heartbeat().roundTripMillis(),
                session.client().streams(),
                session.tunnels().values().stream().map(TunnelStatus::of).toList());
    }

    /**
     * A tunnel that a client serves.
     *
     * @param name its name
     * @param type its protocol
     * @param endpoint where it is public; empty while it opens
     * @param state how far it is
     * @param reason why it is degraded, with its code; empty if it is not
     * @param traffic what has gone through this session
     */
    public record TunnelStatus(
            String name, String type, String endpoint, TunnelState state, String reason, TrafficStatus traffic) {

        static TunnelStatus of(ServedTunnel served) {
            PublicTunnel tunnel = served.tunnel();
            EndpointLease endpoint = tunnel == null ? null : tunnel.endpoint();
            TunnelState state = served.state();
            CulvertException trouble = state == TunnelState.DEGRADED ? served.trouble() : null;
            return new TunnelStatus(
                    served.name(),
                    tunnel == null ? "" : tunnel.type(),
                    endpoint == null ? "" : endpoint.endpoint().toString(),
                    state,
                    trouble == null ? "" : trouble.code().code() + ": " + trouble.detail(),
                    served.traffic().status());
        }
    }
}
